// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"

namespace nvcim::sim {

/// What is asked of a look at a network.
struct WorkloadOptions : CommonOptions {
  std::string workload;
  std::optional<Duplication> duplicate;
  std::string architecture{kDefaultPreset};
  std::string data;  ///< empty or kNoData: nothing is run
  int samples = 0;
  QuantiseOptions quantise;
  std::filesystem::path save;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.seed = Decides::nothing});
    v.text("MODEL", workload, {.is_path = true, .is_name = is_network_name}, kNetworkDoc,
           {.decides = Decides::input, .required = true});
    describe_duplicate(v, duplicate);
    v.text("--arch", architecture, kArchitectureKind, "Architecture: a preset's name or a JSON file",
           {.decides = Decides::input, .value = "ARCH"});
    v.text("--data", data, kDataOrNoneKind,
           "Data to calibrate on (training set) and to measure accuracy on (test set), or none",
           {.decides = Decides::input});
    describe_test_samples(v, samples);
    v.include(quantise);
    v.text("--save", save, kFile, "Write the calibrated network, an ONNX file", {.decides = Decides::nothing});
    describe_force(v, force);
  }

  bool operator==(const WorkloadOptions&) const = default;
};

}  // namespace nvcim::sim
