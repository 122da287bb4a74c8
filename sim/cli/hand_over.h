// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nvcim::cli {

/// Whether mpirun, srun or another starter of MPI processes has started this one.
bool started_by_mpi();

/// Becomes the program of this name that lies beside nvcim, with the same command line. Returns only when that fails,
/// with an exit code, after saying why.
int hand_over_to(const std::string& name, int argc, char** argv);

}  // namespace nvcim::cli
