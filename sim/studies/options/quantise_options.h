// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/studies/options/describe.h"
#include "sim/studies/options/names.h"
#include "workloads/calibration.h"

namespace nvcim::sim {

/// Mean and deviation of "0.485,0.456,0.406/0.229,0.224,0.225"; of "none" 0 and 1. Empty where it is no such text.
std::pair<std::vector<double>, std::vector<double>> mean_and_deviation(const std::string& text);
std::string normalisation_issue(const std::string& text);
inline constexpr TextKind kNormalisationKind{.value = "MEAN/STD|none", .wrong = normalisation_issue};

/// How a network in floating point becomes integers; the same options of every command that takes a network.
struct QuantiseOptions {
  std::string normalise;  ///< "MEAN/STD" or "none"; not given: the file's
  std::optional<int> weight_bits, activation_bits;
  std::optional<WeightScales> weight_scales;  ///< not given: channel
  std::optional<int> calibration;
  std::optional<workloads::RangeMethod> ranges;  ///< not given: squared_error

  template <class V>
  void describe(V& v) {
    const Whole bits{.least = 2, .most = 8};
    v.heading("Networks in floating point");
    v.text(
        "--normalize", normalise, kNormalisationKind,
        "Input of a network in floating point: (pixel / 255 - MEAN) / STD, one number or one per channel with commas; "
        "none: pixel / 255. Else what its file says",
        {.decides = Decides::input});
    v.whole("--weight-bits", weight_bits, bits, "Bits of its weights [8]", {.decides = Decides::input});
    v.whole("--activation-bits", activation_bits, bits, "Bits of its maps; the image keeps 8 [8]",
            {.decides = Decides::input});
    v.choice("--weight-scales", weight_scales,
             "Scales of its weights: one per tensor, or one per output channel, so that each fills the range of its "
             "cells; the last layer has one [channel]",
             {.decides = Decides::input});
    v.whole("--calibration", calibration, kCount,
            "Samples from the start of the training set that its ranges are chosen on [512]",
            {.decides = Decides::input});
    v.choice("--ranges", ranges,
             "Range of its maps: max, percentile (99.99 % of the values) or mse (least squared error) [mse]",
             {.decides = Decides::input});
  }

  bool any() const { return !normalise.empty() || recalibrates(); }
  bool recalibrates() const { return weight_bits || activation_bits || calibration || weight_scales || ranges; }
  bool operator==(const QuantiseOptions&) const = default;
};

}  // namespace nvcim::sim
