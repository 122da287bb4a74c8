// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "sim/report/html_report.h"
#include "sim/report/result.h"
#include "workloads/calibration.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Full scale of every layer's converters, chosen on calibration samples.
struct AdcCalibrationRequest {
  Architecture architecture;  ///< its own /adc/range does not matter
  workloads::Network network;
  workloads::Dataset data;  ///< of the training set: a range must not know the samples that it is measured on
  workloads::RangeMethod method = workloads::RangeMethod::squared_error;
  int threads = 1;                              ///< the result does not depend on them
  std::function<void(int, int)> progress = {};  ///< samples; may be empty
};

/// What the converters of one layer are given to convert, in cell levels (magnitudes for ideal_signed). Cells at their
/// targets hold whole levels, so their sums are whole too.
class ColumnSums {
 public:
  /// @param largest  that a sum can be
  explicit ColumnSums(std::int64_t largest);

  /// @param significance  a code of this conversion counts 2^significance in its output's sum
  void add(int significance, std::int64_t sum);
  void add(const ColumnSums& other);

  std::uint64_t conversions() const;
  std::int64_t largest() const;  ///< that occurred
  double share_above(double levels) const;
  /// Full scale in whole levels, at least `code_max` (one level per code: a finer step than that would only resolve
  /// deviations) and at most the largest sum.
  ///   maximum: the largest sum. percentile: what 99.99 % of the sums do not exceed. squared_error: least sum over all
  ///   conversions of 4^significance (sum - code * step)^2, code = min(round(sum / step), code_max), among 512 full
  ///   scales or, where there are fewer, all.
  int full_scale(workloads::RangeMethod method, int code_max) const;

 private:
  double level_of(std::size_t bin) const { return double(bin) * double(width_) + double(width_ - 1) / 2; }

  std::int64_t width_;                              // levels in a bin
  std::vector<std::vector<std::uint64_t>> counts_;  // [significance][bin]
};

struct CalibratedLayer {
  std::string name;
  int full_scale = 1;        ///< cell levels
  double step = 1;           ///< of a code, in cell levels
  std::int64_t largest = 0;  ///< column sum on the calibration samples, in cell levels
  double clipped = 0;        ///< share of the conversions on the calibration samples past full scale
};

struct AdcCalibration {
  Architecture architecture;  ///< the request's, with range per_layer and the full scales
  std::vector<CalibratedLayer> layers;
  std::uint64_t conversions = 0;
};

/// Every cell at its target, with the wires of the architecture; ideal converters before each layer, so what a layer
/// gets to see are the maps of the quantised network. The range belongs to the design, not to an instance.
/// Errors: InputError: ideal converters, data of another shape, a network that does not fit.
AdcCalibration calibrate_adc(const AdcCalibrationRequest& request);

/// What all commands write, without version and command.
Result result_of(const AdcCalibrationRequest& request, const AdcCalibration& calibration);
std::string adc_calibration_table(const AdcCalibrationRequest& request, const AdcCalibration& calibration);
std::string adc_calibration_page(const AdcCalibrationRequest& request, const AdcCalibration& calibration,
                                 const PageTexts& texts);

}  // namespace nvcim::sim
