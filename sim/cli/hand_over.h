// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nvcim::cli {

/// Whether mpirun, srun or another starter of MPI processes has started this one.
bool started_by_mpi();

/// A program that lies beside nvcim and needs a library that nvcim does not.
struct Sibling {
  const char* name;
  const char* purpose;           ///< what is asked for when it is needed
  const char* library;           ///< without which it is not built
  const char* library_packages;  ///< of Debian
  const char* target;            ///< of CMake
  const char* package;           ///< that installs it
};
inline constexpr Sibling kTrainProgram = {"nvcim-train",  "nvcim train", "libtorch",
                                          "libtorch-dev", "nvcim_train", "nvcim-training"};
inline constexpr Sibling kMpiProgram = {
    "nvcim-mpi", "nvcim under mpirun or srun", "Boost.MPI", "libboost-mpi-dev openmpi-bin", "nvcim_mpi", "nvcim-mpi"};

/// Becomes that program, with the same command line. Returns only when that fails, with an exit code, after saying why
/// and what brings the program.
int hand_over_to(const Sibling& sibling, int argc, char** argv);

}  // namespace nvcim::cli
