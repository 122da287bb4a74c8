// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "arch/load.h"
#include "arch/printable.h"
#include "device/check_device.h"
#include "sim/report/result_folder.h"
#include "workloads/model_file.h"

namespace nvcim::cli {
namespace fs = std::filesystem;

void add_duplicate_option(CLI::App& command, CommonOptions& options) {
  command
      .add_option_function<std::string>(
          "--duplicate",
          [&options](const std::string& how) {
            options.set.push_back(fmt::format("/mapping/duplication=\"{}\"", how));
          },
          "Copies of each layer: auto shares what is left of the chip so that the slowest layer is as fast as it can "
          "be (/mapping/area_limit says what is left); given takes /mapping/duplicate")
      ->type_name("auto|given")
      ->check(is_one_of({"auto", "given"}));
}

void add_architecture_option(CLI::App& command, std::string& architecture, CommonOptions& options) {
  add_duplicate_option(command, options);
  command.add_option("ARCH", architecture, "Architecture: a preset's name (nvcim presets) or a JSON file")
      ->capture_default_str();
}

void add_workload_option(CLI::App& command, std::string& workload) {
  command.add_option("--workload", workload, "Network: a built-in name or an ONNX file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
}

void add_data_option(CLI::App& command, std::string& data) {
  command.add_option("--data", data, "Data set or folder; the network's own when not given")->type_name("NAME|DIR");
}

void add_test_samples_option(CLI::App& command, int& samples) {
  command.add_option("--samples", samples, "Samples from the start of the test set; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
}

std::string data_name_of(const std::string& given, const workloads::Network& network) {
  std::string name = given.empty() ? network.data : given;
  if (name.empty())
    throw InputError("--data", "", fmt::format("{} does not name its data; give a data set or a folder", network.name));
  return name;
}

Architecture given_architecture(const std::string& given, const std::vector<std::string>& set) {
  Architecture architecture = load_architecture(given, set, device::check_device);
  if (fs::path(given).filename() != "architecture.json") return architecture;
  if (const auto manifest = sim::result_manifest(fs::path(given).parent_path()))
    if (const auto name = manifest->find("architecture"); name != manifest->end() && name->is_string())
      architecture.name = printable(name->get<std::string>());
  return architecture;
}

std::string lasting(const std::string& name_or_path, bool is_name, const fs::path& from) {
  if (is_name) return name_or_path;
  const fs::path whole = fs::absolute(name_or_path).lexically_normal();
  if (from.empty() || fs::path(name_or_path).is_absolute()) return whole.string();
  // Through symbolic links, since ".." of one is not the folder that holds it; the last name is the user's.
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(from), error);
  const fs::path file = fs::weakly_canonical(whole.parent_path(), error) / whole.filename();
  const bool nothing_shared = error || *std::next(folder.begin()) != *std::next(file.begin());
  if (nothing_shared) return whole.string();
  const std::string relative = file.lexically_relative(folder).string();
  return relative.find('/') == std::string::npos ? "./" + relative : relative;
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
