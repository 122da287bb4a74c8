// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/command_line.h"
#include "sim/studies/options/option_list.h"

namespace nvcim::cli {

/// How paths that were given here are named in a result folder: lasting(), and its architecture by its plain name.
sim::Relocate as_named_in(const std::filesystem::path& out);

/// What happened when and where: the only file of a result folder that may differ between repeats.
class Manifest {
 public:
  /// Starts the clock. @param arguments  the command line as typed
  Manifest(std::vector<std::string> arguments, const CommonOptions& options);

  nlohmann::ordered_json& operator[](const char* key) { return json_[key]; }
  /// Notes the request as resolved, and the command that repeats it from the folder of its result.
  /// @return that command
  template <class R>
  std::string note(const std::string& command, const R& resolved, const std::filesystem::path& out) {
    const sim::Relocate elsewhere = as_named_in(out);
    return note(command, sim::request_words(resolved, elsewhere), sim::request_as_json(resolved, elsewhere));
  }
  /// Stops the clock. @return the text of manifest.json
  std::string text();

 private:
  std::string note(const std::string& command, const std::vector<std::string>& words,
                   const nlohmann::ordered_json& request);

  nlohmann::ordered_json json_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Words joined into a command that a shell reads back.
std::string shell_command(const std::vector<std::string>& words);

}  // namespace nvcim::cli
