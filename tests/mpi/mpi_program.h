// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "tests/cli/program.h"

namespace nvcim::test {

/// More ranks than cores, as root too, unbound: what a container allows.
inline std::string mpirun(int ranks) {
  return fmt::format(
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 '{}' -n {} --oversubscribe --bind-to none ",
      NVCIM_MPIRUN, ranks);
}

}  // namespace nvcim::test
