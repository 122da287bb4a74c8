// SPDX-License-Identifier: Apache-2.0
#include "arch/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "arch/input_error.h"

namespace nvcim {
namespace fs = std::filesystem;
RemovedUnlessFinished::~RemovedUnlessFinished() {
  std::error_code ignored;
  for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) fs::remove_all(*path, ignored);
}

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

void create_folders(const fs::path& folder, RemovedUnlessFinished& cleanup) {
  fs::path existing;
  for (const fs::path& missing : missing_folders(folder, existing)) {
    std::error_code error;
    if (fs::create_directory(missing, error)) cleanup.add(missing);
    if (error) refuse_file(missing, fmt::format("cannot be created: {}", error.message()));
  }
}

fs::path sibling(const fs::path& target, std::string_view kind) {
  const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
  return parent / fmt::format(".{}.{}-{}", target.filename().string(), kind, ::getpid());
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) refuse_file(to, fmt::format("cannot be written: {}", error.message()));
}

fs::path exchange(const fs::path& made, const fs::path& target, const fs::path& aside) {
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return made;
  rename_or_fail(target, aside);
  try {
    rename_or_fail(made, target);
  } catch (...) {
    std::error_code ignored;
    fs::rename(aside, target, ignored);
    throw;
  }
  return aside;
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) refuse_file(path, fmt::format("cannot be written: {}", std::strerror(errno)));
  // A full disk may show only when buffers are flushed or the file is closed.
  int error = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() && std::fflush(file) == 0 ? 0 : errno;
  // Pipes and some file systems know no fsync (EINVAL, ENOSYS, EROFS): what they keep is theirs to say.
  if (error == 0 && ::fsync(::fileno(file)) != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT)) error = errno;
  if (std::fclose(file) != 0 && error == 0) error = errno;
  if (error != 0) refuse_file(path, fmt::format("cannot be written: {}", std::strerror(error)));
}

void write_file(const fs::path& target, std::string_view bytes) {
  std::error_code error;
  if (fs::is_directory(target, error)) refuse_file(target, "is a folder");
  RemovedUnlessFinished cleanup;
  create_folders(target.parent_path(), cleanup);
  const fs::path partial = sibling(target, "partial");
  cleanup.add(partial);
  try {
    write_bytes(partial, bytes);
  } catch (const InputError& failure) {
    refuse_file(target, failure.issues().front().message);  // the temporary name would mean nothing to the user
  }
  rename_or_fail(partial, target);
  cleanup.finished();
  sync_folder(target.parent_path());
}

}  // namespace nvcim
