// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/report/run_report.h"

namespace nvcim::sim {

/// What a reader must know to judge the figures: laws, encoding, devices, what was compared with what.
std::vector<Fact> run_facts(const RunRecord& record, const Costs& costs);

/// Time since programming and what moves cells over it: "1 h at 25 C: drift law of pcm_joshi_2020"; empty where nothing
/// moves.
std::string time_since_programming(const DeviceParameters& device);

/// Standard deviation of a weight over its full scale max|W|, per unit of the cells' standard deviation over the
/// conductance range: sqrt(sum of factor^2) * max_level / (2^(weight_bits-1) - 1). Source: workloads/METHOD.md 1,
/// kappa, here with both cells of a pair.
double kappa(const mapping::WeightEncoding& encoding);

}  // namespace nvcim::sim
