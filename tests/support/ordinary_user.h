// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>

namespace nvcim::testing {

/// While it lives, a process of root acts as a user without rights of its own, to whom `folder` and all in it belong;
/// any other process stays what it is. For tests of what a user may not read or write.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const std::filesystem::path& folder) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) give(entry.path());
    works_ = works_ && ::seteuid(kNobody) == 0;
  }
  ~OrdinaryUser() {
    if (was_root_ && ::seteuid(0) != 0) works_ = false;
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  /// False where the system did not let go of root's rights.
  bool works() const { return works_; }

 private:
  static constexpr ::uid_t kNobody = 65534;
  void give(const std::filesystem::path& path) { works_ = works_ && ::chown(path.c_str(), kNobody, kNobody) == 0; }
  bool was_root_;
  bool works_ = true;
};

}  // namespace nvcim::testing
