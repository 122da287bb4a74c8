// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "arch/input_error.h"

namespace nvcim {

/// Issues of the lines of one file, those of one kind gathered: a file that is wrong in one way on a thousand lines
/// says so once, with the count and the first lines.
class IssueGroups {
 public:
  /// Lines that a group names before it only counts.
  static constexpr std::size_t kNamed = 3;

  /// @param kind     what makes two issues the same mistake; not shown
  /// @param message  shown for the first line of the kind, so it may name that line's values
  void add(const std::string& kind, std::int64_t line, const std::string& message);

  bool empty() const { return groups_.empty(); }
  /// One issue per kind, in the order in which they first came: "line 7" or "lines 7, 9, 12 and 99 more (102)".
  std::vector<InputIssue> issues(const std::string& file) const;

 private:
  struct Group {
    std::string kind, message;
    std::vector<std::int64_t> lines;  ///< the first kNamed
    std::size_t count = 0;
  };
  std::vector<Group> groups_;
};

}  // namespace nvcim
