// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Mean time in seconds that a tile's write controller spends on one row, by the number n of cells verified in it: the
/// unverified write, and for n > 0 loading the row again and write-verify until its slowest cell is done. What the
/// first verified cell of a row costs and what the last one adds is the law behind selection per time. Simulated on 200
/// rows of the network for n = 1, 2, 4, … columns, each a random choice of cells, with draws that no programmed
/// instance uses; linear between, and never falling with n. Waits for power and transport are not in it.
/// @return [most columns of any block + 1]
/// Errors: InputError when a measured table cannot be read.
std::vector<double> mean_row_times(const Architecture& architecture, const workloads::Network& network,
                                   const mapping::Plan& plan);

}  // namespace nvcim::sim
