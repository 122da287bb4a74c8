// SPDX-License-Identifier: Apache-2.0
#include "arch/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "arch/input_error.h"

namespace nvcim {
namespace fs = std::filesystem;
namespace {

void check_regular(const fs::path& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) refuse_file(path, "is a folder; a file is needed");
  if (!S_ISREG(status.st_mode)) refuse_file(path, "is not a regular file");
}

}  // namespace

int open_regular_file(const fs::path& path, int flags) {
  const bool reads = (flags & O_ACCMODE) == O_RDONLY;
  const auto reason = [&] { return fmt::format("cannot be {}: {}", reads ? "read" : "written", std::strerror(errno)); };
  if (path.native().find('\0') != std::string::npos) refuse_file(path, "no such file");
  struct stat status {};
  // Before: opening some devices does something. After: the path may have become another file.
  if (::stat(path.c_str(), &status) == 0)
    check_regular(path, status);
  else if (errno != ENOENT || (flags & O_CREAT) == 0)
    refuse_file(path, errno == ENOENT ? "no such file" : reason());
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (descriptor < 0) refuse_file(path, reason());
  try {
    if (::fstat(descriptor, &status) != 0) refuse_file(path, reason());
    check_regular(path, status);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  return descriptor;
}

InputFile::InputFile(const fs::path& path, std::uintmax_t limit)
    : path_(path), descriptor_(open_regular_file(path, O_RDONLY)) {
  struct stat status {};
  ::fstat(descriptor_, &status);
  size_ = static_cast<std::uintmax_t>(status.st_size);
  if (size_ <= limit) return;
  ::close(descriptor_);
  refuse_file(path, fmt::format("has {} bytes, more than the {} allowed", size_, limit));
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

void InputFile::read(std::uintmax_t offset, void* to, std::size_t bytes) const {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count =
        ::pread(descriptor_, static_cast<char*>(to) + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_file(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0) refuse_file(path_, "became shorter while it was read");
    done += static_cast<std::size_t>(count);
  }
}

std::string read_input_file(const fs::path& path, std::uintmax_t limit) {
  const InputFile file(path, limit);
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace nvcim
