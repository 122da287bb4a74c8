// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "workloads/sensitivity.h"

namespace nvcim::sim {

/// What is asked of a sensitivity.
struct SensitivityOptions : CommonOptions {
  std::string workload = kDefaultWorkload;
  std::string data;  ///< empty: the network's own
  QuantiseOptions quantise;
  int samples = 0;
  workloads::SensitivityMethod method = workloads::SensitivityMethod::recursion;
  bool compare = false;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.seed = Decides::nothing});
    v.text("WORKLOAD", workload, {.is_path = true, .is_name = is_network_name}, kNetworkDoc,
           {.decides = Decides::input});
    v.text("--data", data, kDataKind, kDataDoc, {.decides = Decides::input});
    v.include(quantise);
    v.whole("--samples", samples, kCountOrAll, "Samples from the start of the training set; 0: all",
            {.decides = Decides::input});
    v.choice("--sensitivity", method, "recursion (one pass) or gauss_newton (exact)");
    v.flag("--compare", compare, "Measure with both methods and compare their rankings");
    describe_force(v, force);
  }
  bool operator==(const SensitivityOptions&) const = default;
};

}  // namespace nvcim::sim
