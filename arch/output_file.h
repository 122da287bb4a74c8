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

/// Puts `made` in the place of `target`, which exists, in one step: whatever is killed and whenever, one of the two is
/// there under its name. What was there is then called `made`, or `aside` where the file system cannot swap names:
/// there the step is two, and between them the former result lies in `aside` alone. @return  the name it has now
/// Errors: InputError with the system's reason; `target` is as before then.
std::filesystem::path exchange(const std::filesystem::path& made, const std::filesystem::path& target,
                               const std::filesystem::path& aside);

/// Has the names in a folder survive a power cut. File systems that cannot do that are used without it.
void sync_folder(const std::filesystem::path& folder);

/// Writes the bytes in place and has them survive a power cut. Errors: InputError with the system's reason (no space
/// left, …).
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// Writes one file whole or not at all (temporary sibling, rename), creating its folders. Errors: InputError with the
/// system's reason.
void write_file(const std::filesystem::path& target, std::string_view bytes);

}  // namespace nvcim
