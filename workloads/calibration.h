// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "arch/choices.h"
#include "workloads/float_graph.h"
#include "workloads/float_inference.h"
#include "workloads/quantisation.h"

/// Ranges of a network's maps, from what they hold while it works on samples (library nvcim_sensitivity).
namespace nvcim::workloads {

enum class RangeMethod {
  maximum,        ///< the least and the largest value
  percentile,     ///< without the share of values beyond, half of it at either end
  squared_error,  ///< the range whose codes are nearest to the values, in the mean of squares
};

}  // namespace nvcim::workloads

namespace nvcim {
template <>
struct EnumNames<workloads::RangeMethod> {
  using enum workloads::RangeMethod;
  static constexpr EnumName<workloads::RangeMethod> all[] = {
      {maximum, "max", "the largest value"},
      {percentile, "percentile", "what 99.99 % of the values do not exceed"},
      {squared_error, "mse", "least squared error"},
  };
};
}  // namespace nvcim

namespace nvcim::workloads {

struct CalibrationOptions {
  RangeMethod method = RangeMethod::squared_error;
  double percentile = 99.99;                          ///< of the values that stay inside, for RangeMethod::percentile
  int bits = 8;                                       ///< of the codes, for RangeMethod::squared_error
  int threads = 1;                                    ///< the result does not depend on them
  std::function<void(int done, int total)> progress;  ///< of two passes; called from one thread at a time; may be empty
};

/// @param nodes   of the graph: what Lowered::calibrated() asks for
/// @param pixels  [samples][input size]
/// @return        ranges by name of the node
std::map<std::string, ValueRange> calibrate(const FloatGraph& graph, const std::vector<int>& nodes,
                                            const PixelScale& to_input, std::span<const std::uint8_t> pixels,
                                            int samples, const CalibrationOptions& options);

/// How many of so many steps of [range.low, range.high] hold what values; exposed for tests.
struct Histogram {
  ValueRange range;
  std::vector<std::uint64_t> counts;

  void add(std::span<const float> values);
  double width() const { return (range.high - range.low) / static_cast<double>(counts.size()); }
};

/// The range that the method chooses for values that fall as the histogram says.
ValueRange chosen_range(const Histogram& histogram, const CalibrationOptions& options);

}  // namespace nvcim::workloads
