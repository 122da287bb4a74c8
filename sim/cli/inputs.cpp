// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/report/result_folder.h"
#include "workloads/model_file.h"

namespace nvcim::cli {
namespace fs = std::filesystem;

std::string architecture_name(const Architecture& architecture, const std::string& given) {
  std::ifstream file(fs::path(given).parent_path() / "manifest.json");
  const auto manifest = nlohmann::json::parse(file, nullptr, false);
  if (fs::path(given).filename() != "architecture.json" || !manifest.is_object() ||
      manifest.value("program", "") != "nvcim")
    return architecture.name;
  return manifest.value("architecture", architecture.name);
}

std::string lasting(const std::string& name_or_path, bool is_name) {
  return is_name ? name_or_path : fs::absolute(name_or_path).lexically_normal().string();
}

bool is_zoo_name(const std::string& name) {
  const auto networks = workloads::zoo();
  return std::any_of(networks.begin(), networks.end(),
                     [&](const workloads::ZooEntry& entry) { return entry.name == name; });
}

bool is_data_name(const std::string& name) {
  return name == "fashion_mnist" || name == "mnist" || name == "cifar10";
}

fs::path default_folder(const std::string& command, const std::string& architecture, const std::string& network) {
  std::string name = fmt::format("{}-{}-{}", command, architecture, network);
  for (char& c : name)
    if (std::string_view("/\\ \t\n").find(c) != std::string_view::npos) c = '_';
  return sim::unused_folder(fs::path("results") / name);
}

}  // namespace nvcim::cli
