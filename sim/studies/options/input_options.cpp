// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/options/input_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "workloads/model_file.h"
#include "workloads/stand_in.h"

namespace nvcim::sim {

bool is_preset_name(const std::string& name) {
  const auto names = preset_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_zoo_name(const std::string& name) {
  const auto networks = workloads::zoo();
  return std::any_of(networks.begin(), networks.end(),
                     [&](const workloads::ZooEntry& entry) { return entry.name == name; });
}

bool is_network_name(const std::string& name) {
  return is_zoo_name(name) || (workloads::is_stand_in(name) && !std::filesystem::exists(name));
}

bool is_trained_name(const std::string& name) {
  return is_zoo_name(name) || workloads::is_stand_in(name);
}

bool is_data_name(const std::string& name) {
  return name == "fashion_mnist" || name == "mnist" || name == "cifar10";
}

bool is_data_or_none(const std::string& name) {
  return name == kNoData || is_data_name(name);
}

bool is_plan_name(const std::string& name) {
  return name == "all" || name == "none";
}

std::vector<std::string> architecture_changes(const std::vector<std::string>& set,
                                              const std::optional<Duplication>& duplicate) {
  std::vector<std::string> changes = set;
  if (duplicate) changes.push_back(fmt::format("/mapping/duplication=\"{}\"", choice_text(*duplicate)));
  return changes;
}

}  // namespace nvcim::sim
