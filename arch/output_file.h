// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace nvcim {

/// Removes what it was given, last first, unless the work was finished.
class RemovedUnlessFinished {
 public:
  RemovedUnlessFinished() = default;
  RemovedUnlessFinished(const RemovedUnlessFinished&) = delete;
  RemovedUnlessFinished& operator=(const RemovedUnlessFinished&) = delete;
  ~RemovedUnlessFinished();
  void add(const std::filesystem::path& path) { paths_.push_back(path); }
  void finished() { paths_.clear(); }

 private:
  std::vector<std::filesystem::path> paths_;
};

/// Folders that creating `path` has to make, outermost first. @param existing  gets the one that holds them
std::vector<std::filesystem::path> missing_folders(std::filesystem::path path, std::filesystem::path& existing);

/// Creates `folder` and what must hold it. Errors: InputError with the system's reason.
void create_folders(const std::filesystem::path& folder, RemovedUnlessFinished& cleanup);

/// Hidden name beside `target` for what is not finished; other processes use others.
std::filesystem::path sibling(const std::filesystem::path& target, std::string_view kind);

/// Renames over what is there. Errors: InputError with the system's reason.
void rename_or_fail(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes the bytes in place. Errors: InputError with the system's reason (no space left, …).
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// Writes one file whole or not at all (temporary sibling, rename), creating its folders. Errors: InputError with the
/// system's reason.
void write_file(const std::filesystem::path& target, std::string_view bytes);

}  // namespace nvcim
