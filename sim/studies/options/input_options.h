// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/choices.h"
#include "arch/presets.h"
#include "sim/studies/options/names.h"
#include "sim/studies/options/quantise_options.h"

/// What studies are given by name: chip, network and data. All of it decides by what is loaded.
namespace nvcim::sim {

inline constexpr const char* kDefaultWorkload = "lenet_fashion_mnist_8b";
/// Chip and network of the studies of SWIM.
inline constexpr const char* kSwimArchitecture = "swim_paper";
inline constexpr const char* kSwimWorkload = "lenet_mnist_4b";
/// In place of data: one random image.
inline constexpr const char* kNoData = "none";

bool is_preset_name(const std::string& name);
bool is_zoo_name(const std::string& name);
/// A name of the zoo, or of a shape without weights (workloads/stand_in.h), over which a file of that name wins.
bool is_network_name(const std::string& name);
/// The same where a built-in name wins over a file.
bool is_trained_name(const std::string& name);
bool is_data_name(const std::string& name);
/// A data set's, or kNoData.
bool is_data_or_none(const std::string& name);
/// "all" or "none": not the file of a write plan.
bool is_plan_name(const std::string& name);

inline constexpr TextKind kArchitectureKind{.is_path = true, .is_name = is_preset_name};
inline constexpr TextKind kNetworkKind{.value = "NAME|FILE", .is_path = true, .is_name = is_network_name};
inline constexpr TextKind kNetworksKind{.value = "NAME|FILE,…", .is_path = true, .is_name = is_network_name};
inline constexpr TextKind kDataKind{.value = "NAME|DIR", .is_path = true, .is_name = is_data_name};
inline constexpr TextKind kDataOrNoneKind{.value = "NAME|DIR|none", .is_path = true, .is_name = is_data_or_none};
inline constexpr TextKind kPlanKind{.value = "all|none|FILE", .is_path = true, .is_name = is_plan_name};
inline constexpr About kInput{.decides = Decides::input};
inline constexpr const char* kArchitectureDoc = "Architecture: a preset's name (nvcim presets) or a JSON file";
inline constexpr const char* kNetworkDoc = "Network: a built-in name or an ONNX file";
inline constexpr const char* kDataDoc = "Data set or folder; the network's own when not given";

/// `--duplicate auto`, short for a --set.
template <class V>
void describe_duplicate(V& v, std::optional<Duplication>& duplicate) {
  v.choice("--duplicate", duplicate,
           "Copies of each layer: auto shares what is left of the chip so that the slowest layer is as fast as it can "
           "be (/mapping/area_limit says what is left); given takes /mapping/duplicate",
           {.decides = Decides::input, .value = "auto|given"});
}
/// What --set and --duplicate replace in an architecture.
std::vector<std::string> architecture_changes(const std::vector<std::string>& set,
                                              const std::optional<Duplication>& duplicate);

template <class V>
void describe_test_samples(V& v, int& samples) {
  v.whole("--samples", samples, kCountOrAll, "Samples from the start of the test set; 0: all",
          {.decides = Decides::input});
}

/// A chip, a network and its data.
struct InputOptions {
  std::string architecture{kDefaultPreset};
  std::string workload = kDefaultWorkload;
  std::optional<Duplication> duplicate{};
  std::string data{};  ///< empty: the network's own
  QuantiseOptions quantise{};

  template <class V>
  void describe(V& v, const char* data_doc = kDataDoc) {
    describe_duplicate(v, duplicate);
    v.text("ARCH", architecture, kArchitectureKind, kArchitectureDoc, {.decides = Decides::input});
    v.text("--workload", workload, kNetworkKind, kNetworkDoc, {.decides = Decides::input});
    v.text("--data", data, kDataKind, data_doc, {.decides = Decides::input});
    v.include(quantise);
  }
  bool operator==(const InputOptions&) const = default;
};

}  // namespace nvcim::sim
