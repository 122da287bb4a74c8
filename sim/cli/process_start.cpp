// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/process_start.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace nvcim::cli {

void reserve_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != descriptor)
      ::_exit(126);  // nobody can be told
}

void keep_blas_single() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

void have_openmp_wait_passively() {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);  // OpenMP 5.0, 6.7
  ::setenv("GOMP_SPINCOUNT", "0", 0);         // libgomp 12, 4.13
}

}  // namespace nvcim::cli
