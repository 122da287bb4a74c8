// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// What happened when and where: the only file of a result folder that may differ between repeats.
class Manifest {
 public:
  /// Starts the clock. @param arguments  the command line as typed
  Manifest(std::vector<std::string> arguments, const CommonOptions& options);

  nlohmann::ordered_json& operator[](const char* key) { return json_[key]; }
  /// Stops the clock. @return the text of manifest.json
  std::string text();

 private:
  nlohmann::ordered_json json_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Words joined into a command that a shell reads back.
std::string shell_command(const std::vector<std::string>& words);

}  // namespace nvcim::cli
