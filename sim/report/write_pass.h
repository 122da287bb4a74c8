// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/chip_instance.h"

namespace nvcim::sim {

/// First-order cost of programming every cell in use once, nothing verified.
struct WritePass {
  std::int64_t cells = 0;
  double seconds = 0;  ///< tiles in parallel; the crossbars of a tile share its write controller, one row after another
  double joules = 0;   ///< sum over cells of V^2 G t with the programmed G
};

WritePass write_pass(const Architecture& architecture, const mapping::Plan& plan, const mapping::ChipInstance& chip);

}  // namespace nvcim::sim
