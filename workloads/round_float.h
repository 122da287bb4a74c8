// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim::workloads {

/// Adding and taking away 1.5·2^23 rounds a float of magnitude below 2^22 to the nearest integer, ties to even.
inline float round_float(float value) {
  constexpr float kRounder = 12582912.0f;
  return (value + kRounder) - kRounder;
}

}  // namespace nvcim::workloads
