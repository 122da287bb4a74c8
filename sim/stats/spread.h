// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace nvcim::sim {

/// Mean and spread of a sample.
struct Spread {
  double mean = 0;
  double deviation = 0;  ///< of the sample (n - 1); 0 for one value
  double ci95 = 0;       ///< half width of the 95 % interval of the mean, Student's t; 0 for one value
  double minimum = 0;
};
/// @param values  at least one
Spread spread_of(std::span<const double> values);

}  // namespace nvcim::sim
