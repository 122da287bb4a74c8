// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "workloads/calibration.h"

namespace nvcim::sim {

/// What is asked of a calibration of converters.
struct CalibrateOptions : CommonOptions {
  InputOptions from;
  int samples = 64;
  workloads::RangeMethod method = workloads::RangeMethod::squared_error;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.seed = Decides::nothing});
    from.describe(v, "Data set or folder whose training set is used; the network's own when not given");
    v.whole("--samples", samples, kCount, "Samples from the start of the training set", {.decides = Decides::input});
    v.choice(
        "--method", method,
        "max: the largest sum; percentile: what 99.99 % of the sums do not exceed; mse: least squared error of the "
        "layer's outputs");
    describe_force(v, force);
  }
  bool operator==(const CalibrateOptions&) const = default;
};

}  // namespace nvcim::sim
