// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace nvcim::cli {

/// While one lives, Ctrl-C and SIGTERM say what of a study is kept before they end the process as they always do. One
/// at a time.
class Interruption {
 public:
  /// @param kept   file in which finished work is kept; what is said depends on whether it is there
  /// @param units  what finished() counts, "instances"
  /// @param speaks false: the signals are left as they are
  Interruption(const std::filesystem::path& kept, const std::string& units, bool speaks = true);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// So much is in the file by now. May be called from any thread.
  void finished(int done, int total);

 private:
  bool speaks_;
};

}  // namespace nvcim::cli
