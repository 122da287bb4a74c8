// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/inputs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "arch/load.h"
#include "arch/printable.h"
#include "device/check_device.h"
#include "sim/report/result_folder.h"
#include "sim/studies/options/option_list.h"

namespace nvcim::cli {
namespace fs = std::filesystem;

std::string data_option() {
  const sim::InputOptions names;
  return sim::option_name(names, &names.data);
}

std::string data_name_of(const std::string& given, const workloads::Network& network) {
  std::string name = given.empty() ? network.data : given;
  if (name.empty())
    throw InputError(data_option(), "",
                     fmt::format("{} does not name its data; give a data set or a folder", network.name));
  return name;
}

Architecture given_architecture(const std::string& given, const std::vector<std::string>& set) {
  Architecture architecture = load_architecture(given, set, device::check_device);
  if (fs::path(given).filename() != kArchitectureFile) return architecture;
  if (const auto manifest = sim::result_manifest(fs::path(given).parent_path()))
    if (const auto name = manifest->find("architecture"); name != manifest->end() && name->is_string())
      architecture.name = printable(name->get<std::string>());
  return architecture;
}

Architecture given_architecture(const sim::InputOptions& from, const CommonOptions& options) {
  return given_architecture(from.architecture, sim::architecture_changes(options.set, from.duplicate));
}

std::string architecture_in(const fs::path& out) {
  return (out / kArchitectureFile).string();
}

void use_resolved_architecture(CommonOptions& options, std::string& architecture, std::optional<Duplication>& duplicate,
                               const fs::path& out) {
  options.set.clear();
  duplicate.reset();
  architecture = architecture_in(out);
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

fs::path default_folder(const std::string& command, const std::string& architecture, const std::string& network) {
  std::string name = fmt::format("{}-{}-{}", command, architecture, network);
  for (char& c : name)
    if (std::string_view("/\\ \t\n").find(c) != std::string_view::npos) c = '_';
  return sim::unused_folder(fs::path("results") / name);
}

}  // namespace nvcim::cli
