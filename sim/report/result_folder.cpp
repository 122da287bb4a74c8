// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "arch/input_file.h"
#include "arch/output_file.h"

namespace nvcim::sim {
namespace fs = std::filesystem;
namespace {

// A manifest holds the command line, of which Linux allows 2 MiB.
constexpr std::uintmax_t kLargestManifest = 16 * 1024 * 1024;

/// "out/" and "out" are the same folder; only the latter has a sibling.
fs::path without_slash(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

bool is_result(const fs::path& folder) {
  return result_manifest(folder).has_value();
}

}  // namespace

std::optional<nlohmann::json> result_manifest(const fs::path& folder) {
  try {
    nlohmann::json manifest = nlohmann::json::parse(read_input_file(folder / "manifest.json", kLargestManifest));
    const auto program = manifest.is_object() ? manifest.find("program") : manifest.end();
    if (program == manifest.end() || *program != "nvcim") return std::nullopt;
    return manifest;
  } catch (const InputError&) {
    return std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void check_result_folder(const fs::path& wanted, bool replace) {
  const fs::path target = without_slash(wanted);
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status))
      refuse_file(target, "is a file; the result is a folder, name another one with --out");
    const bool empty = fs::is_empty(target, error);
    if (error) refuse_file(target, fmt::format("cannot be read: {}", error.message()));
    if (!empty && !is_result(target))
      refuse_file(target, "is not empty and not a result of nvcim; name another folder with --out");
    if (!empty && !replace)
      refuse_file(target, "holds a former result; replace it with --force or name another folder with --out");
  }
  fs::path existing;
  missing_folders(target.parent_path(), existing);
  if (!fs::is_directory(existing, error))
    refuse_file(target, fmt::format("cannot be created: {} is not a folder", existing.string()));
  if (::access(existing.c_str(), W_OK | X_OK) != 0)
    refuse_file(target, fmt::format("cannot be created: {}: {}", existing.string(), std::strerror(errno)));
}

void write_result_folder(const fs::path& wanted, const std::vector<OutputFile>& files, bool replace,
                         const std::function<void()>& last_step) {
  check_result_folder(wanted, replace);
  const fs::path target = without_slash(wanted);
  RemovedUnlessFinished cleanup;
  create_folders(target.parent_path(), cleanup);

  const fs::path partial = sibling(target, "partial");
  std::error_code error;
  fs::create_directory(partial, error);
  if (error) refuse_file(target, fmt::format("cannot be created: {}", error.message()));
  cleanup.add(partial);
  for (const OutputFile& file : files) {
    try {
      write_bytes(partial / file.name, file.text);
    } catch (const InputError& failure) {
      refuse_file(target / file.name,
                  failure.issues().front().message);  // the temporary name would mean nothing to the user
    }
  }

  if (last_step) last_step();

  sync_folder(partial);
  if (fs::exists(target, error) && !fs::is_empty(target, error)) {
    const fs::path former = exchange(partial, target, sibling(target, "former"));
    cleanup.finished();
    sync_folder(target.parent_path());
    fs::remove_all(former, error);
    return;
  }
  rename_or_fail(partial, target);
  cleanup.finished();
  sync_folder(target.parent_path());
}

fs::path unused_folder(const fs::path& wanted) {
  std::error_code ignored;
  fs::path candidate = wanted;
  for (int number = 2; fs::exists(candidate, ignored); ++number)
    candidate = fmt::format("{}-{}", wanted.string(), number);
  return candidate;
}

}  // namespace nvcim::sim
