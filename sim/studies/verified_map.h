// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "sim/report/study_page.h"
#include "workloads/network.h"

/// Where the verified cells of a write plan lie.
namespace nvcim::sim {

/// Of one MVM layer.
struct VerifiedLayer {
  std::string name;
  std::int64_t cells = 0, verified = 0;
  std::int64_t rows = 0, rows_touched = 0;  ///< rows of blocks; of them with at least one verified cell
};

/// One per MVM layer, then the sums.
std::vector<VerifiedLayer> verified_by_layer(const workloads::Network& network, const mapping::Plan& plan,
                                             const mapping::WritePlan& write_plan);

/// For tables: layer, cells, verified, share, rows, touched, verified cells per touched row.
std::vector<std::vector<std::string>> verified_rows(const std::vector<VerifiedLayer>& layers);

/// Share of verified cells in every row of every block, blocks in their order from left to right; many of them are
/// averaged into at most 240 columns, rows into at most 64.
HeatMap verified_map(const workloads::Network& network, const mapping::Plan& plan,
                     const mapping::WritePlan& write_plan);

}  // namespace nvcim::sim
