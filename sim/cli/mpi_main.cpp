// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "sim/cli/command_line.h"
#include "sim/cli/commands.h"
#include "sim/cli/process_start.h"
#include "sim/parallel/mpi_ranks.h"

/// nvcim as mpirun starts it, on many processes.
int main(int argc, char** argv) {
  using namespace nvcim;
  cli::reserve_standard_descriptors();
  cli::keep_blas_single();
  // Containers often forbid the system call by which OpenMPI would copy from one process to another.
  ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  const auto ranks = sim::MpiRanks::join(argc, argv);
  const int code = cli::run_nvcim(argc, argv, *ranks);
  const bool alone = code != cli::kOk && code != cli::kBadCommandLine && !ranks->failed_together();
  if (alone && ranks->count() > 1) ranks->abort(code);
  return code;
}
