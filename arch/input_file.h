// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace nvcim {

/// Opens a regular file; everything that the program reads from a user's path is opened here. A fifo would block, a
/// device has no end: both are refused before and after they are opened. @param flags  as of open(2), e.g. O_RDONLY
/// @return  a descriptor that the caller closes; not passed on to other programs
/// Errors: InputError: no such file, a folder, not a regular file, the system's reason.
int open_regular_file(const std::filesystem::path& path, int flags);

/// A file of the user's of a known size. What is added to it while it is read is not seen.
class InputFile {
 public:
  /// @param limit  bytes past which the file is refused. Errors: InputError, as open_regular_file, and too large.
  InputFile(const std::filesystem::path& path, std::uintmax_t limit);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  std::uintmax_t size() const { return size_; }
  /// Exactly so many bytes. Errors: InputError when they are not there (any more) or cannot be read.
  void read(std::uintmax_t offset, void* to, std::size_t bytes) const;

 private:
  std::filesystem::path path_;
  int descriptor_;
  std::uintmax_t size_ = 0;
};

/// All bytes of a regular file. Errors: as InputFile.
std::string read_input_file(const std::filesystem::path& path, std::uintmax_t limit);

}  // namespace nvcim
