// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "arch/input_error.h"
#include "arch/parameters.h"
#include "sim/cli/command_line.h"
#include "sim/studies/options/input_options.h"
#include "workloads/network.h"

/// What commands take from their user, and the names of it that last.
namespace nvcim::cli {

/// Runs load(); what is wrong with its input is added to `issues`. @return whether nothing was
template <class Load>
bool gather_issues(std::vector<InputIssue>& issues, const Load& load) {
  try {
    load();
    return true;
  } catch (const InputError& error) {
    issues.insert(issues.end(), error.issues().begin(), error.issues().end());
    return false;
  }
}

using sim::is_data_name;
using sim::is_zoo_name;
using sim::kDefaultWorkload;
using sim::kNoData;

/// The resolved architecture in a result folder.
inline constexpr const char* kArchitectureFile = "architecture.json";
std::string architecture_in(const std::filesystem::path& out);

/// Name of the option that names the data.
std::string data_option();
/// What --data names, or else the network's own data. Errors: InputError where neither does.
std::string data_name_of(const std::string& given, const workloads::Network& network);

/// ARCH with `set` replaced, checked; one from a result folder keeps the name that it had there. @param given  a
/// preset's name or a file. Errors: InputError.
Architecture given_architecture(const std::string& given, const std::vector<std::string>& set);
/// What --set and --duplicate make of ARCH.
Architecture given_architecture(const sim::InputOptions& from, const CommonOptions& options);

/// Has a request name the resolved architecture that its result folder holds, which includes every --set.
void use_resolved_architecture(CommonOptions& options, std::string& architecture, std::optional<Duplication>& duplicate,
                               const std::filesystem::path& out);

/// A file as a command names it that is given in another folder: one that the user named from the current folder is
/// named from there, so that a project can be moved as a whole; one given with its whole path keeps it.
/// @param is_name  whether it names something that ships with the program, which wins over a file of that name
/// @param from     the other folder, which need not exist yet; not given, or sharing nothing but the root: the whole
/// path
std::string lasting(const std::string& name_or_path, bool is_name, const std::filesystem::path& from = {});

/// results/COMMAND-ARCHITECTURE-NETWORK, with a number where that is taken.
std::filesystem::path default_folder(const std::string& command, const std::string& architecture,
                                     const std::string& network);

}  // namespace nvcim::cli
