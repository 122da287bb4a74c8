// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/manifest.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <ctime>
#include <thread>

#include "sim/cli/build_info.h"
#include "sim/cli/inputs.h"
#include "workloads/blas.h"

namespace nvcim::cli {

std::string shell_command(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_word(word);
  return text;
}

Manifest::Manifest(std::vector<std::string> arguments, const CommonOptions& options) {
  json_["program"] = "nvcim";
  json_["version"] = kVersion;
  json_["git"] = {{"commit", kGitCommit}, {"modified", kGitModified}};
  json_["build"] = {{"type", kBuildType}, {"compiler", kCompiler}};
  json_["command"] = shell_command(arguments);
  json_["seed"] = options.seed;
  json_["threads"] = thread_count(options);
  utsname host{};
  ::uname(&host);
  json_["host"] = {{"name", host.nodename},
                   {"system", std::string(host.sysname) + " " + host.release},
                   {"machine", host.machine},
                   {"cores", std::thread::hardware_concurrency()}};
  json_["date"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::string Manifest::note(const std::string& command, const std::vector<std::string>& words,
                           const nlohmann::ordered_json& request) {
  std::vector<std::string> all = {"nvcim", command};
  all.insert(all.end(), words.begin(), words.end());
  std::string again = shell_command(all);
  json_["repeat"] = again;
  json_["request"] = request;
  return again;
}

sim::Relocate as_named_in(const std::filesystem::path& out) {
  return [out](const std::string& path) {
    return path == architecture_in(out) ? kArchitectureFile : lasting(path, false, out);
  };
}

std::string Manifest::text() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  // What the last digits of derivatives and of calibrations depend on beside the version.
  if (const auto blas = workloads::blas_in_use()) json_["blas"] = {{"library", blas->library}, {"core", blas->core}};
  json_["wall_seconds"] = std::round(elapsed.count() * 1000) / 1000;
  return json_.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace nvcim::cli
