// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "arch/input_error.h"

namespace nvcim::sim {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, const std::string& message) {
  throw InputError(path.string(), "", message);
}

/// "out/" and "out" are the same folder; only the latter has a sibling.
fs::path without_slash(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

fs::path sibling(const fs::path& target, const char* kind) {
  const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
  return parent / fmt::format(".{}.{}-{}", target.filename().string(), kind, ::getpid());
}

bool is_result(const fs::path& folder) {
  std::ifstream file(folder / "manifest.json");
  const auto manifest = nlohmann::json::parse(file, nullptr, false);
  return manifest.is_object() && manifest.value("program", "") == "nvcim";
}

/// Folders that creating `path` has to make, outermost first, and the existing one that holds them.
std::vector<fs::path> missing_folders(fs::path path, fs::path& existing) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  while (!path.empty() && !fs::exists(path, ignored)) {
    missing.insert(missing.begin(), path);
    path = path.parent_path();
  }
  existing = path.empty() ? fs::path(".") : path;
  return missing;
}

void write_all(const fs::path& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) fail(path, fmt::format("cannot be written: {}", std::strerror(errno)));
  // A full disk may show only when buffers are flushed or the file is closed.
  int error = std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0 ? 0 : errno;
  if (std::fclose(file) != 0 && error == 0) error = errno;
  if (error != 0) fail(path, fmt::format("cannot be written: {}", std::strerror(error)));
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) fail(to, fmt::format("cannot be written: {}", error.message()));
}

/// Removes what it was given unless the work was finished.
class Cleanup {
 public:
  void add(const fs::path& path) { paths_.push_back(path); }
  void finished() { paths_.clear(); }
  Cleanup() = default;
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup() {
    std::error_code ignored;
    for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) fs::remove_all(*path, ignored);
  }

 private:
  std::vector<fs::path> paths_;
};

void create_folders(const fs::path& parent, Cleanup& cleanup) {
  fs::path existing;
  for (const fs::path& folder : missing_folders(parent, existing)) {
    std::error_code error;
    if (fs::create_directory(folder, error)) cleanup.add(folder);
    if (error) fail(folder, fmt::format("cannot be created: {}", error.message()));
  }
}

}  // namespace

void check_result_folder(const fs::path& wanted, bool replace) {
  const fs::path target = without_slash(wanted);
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) fail(target, "is a file; the result is a folder, name another one with --out");
    const bool empty = fs::is_empty(target, error);
    if (error) fail(target, fmt::format("cannot be read: {}", error.message()));
    if (!empty && !is_result(target))
      fail(target, "is not empty and not a result of nvcim; name another folder with --out");
    if (!empty && !replace)
      fail(target, "holds a former result; replace it with --force or name another folder with --out");
  }
  fs::path existing;
  missing_folders(target.parent_path(), existing);
  if (!fs::is_directory(existing, error))
    fail(target, fmt::format("cannot be created: {} is not a folder", existing.string()));
  if (::access(existing.c_str(), W_OK | X_OK) != 0)
    fail(target, fmt::format("cannot be created: {}: {}", existing.string(), std::strerror(errno)));
}

void write_result_folder(const fs::path& wanted, const std::vector<OutputFile>& files, bool replace) {
  check_result_folder(wanted, replace);
  const fs::path target = without_slash(wanted);
  Cleanup cleanup;
  create_folders(target.parent_path(), cleanup);

  const fs::path partial = sibling(target, "partial");
  std::error_code error;
  fs::create_directory(partial, error);
  if (error) fail(target, fmt::format("cannot be created: {}", error.message()));
  cleanup.add(partial);
  for (const OutputFile& file : files) {
    try {
      write_all(partial / file.name, file.text);
    } catch (const InputError& failure) {
      fail(target / file.name, failure.issues().front().message);  // the temporary name would mean nothing to the user
    }
  }

  const fs::path former = sibling(target, "former");
  const bool had_former = fs::exists(target, error) && !fs::is_empty(target, error);
  if (had_former) rename_or_fail(target, former);
  try {
    rename_or_fail(partial, target);
  } catch (...) {
    if (had_former) fs::rename(former, target, error);
    throw;
  }
  cleanup.finished();
  if (had_former) fs::remove_all(former, error);
}

void write_file(const fs::path& target, const std::string& text) {
  std::error_code error;
  if (fs::is_directory(target, error)) fail(target, "is a folder");
  Cleanup cleanup;
  create_folders(target.parent_path(), cleanup);
  const fs::path partial = sibling(target, "partial");
  cleanup.add(partial);
  try {
    write_all(partial, text);
  } catch (const InputError& failure) {
    fail(target, failure.issues().front().message);
  }
  rename_or_fail(partial, target);
  cleanup.finished();
}

fs::path unused_folder(const fs::path& wanted) {
  std::error_code ignored;
  fs::path candidate = wanted;
  for (int number = 2; fs::exists(candidate, ignored); ++number)
    candidate = fmt::format("{}-{}", wanted.string(), number);
  return candidate;
}

}  // namespace nvcim::sim
