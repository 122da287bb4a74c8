// SPDX-License-Identifier: Apache-2.0
#include "arch/issue_groups.h"

#include <fmt/format.h>

#include <algorithm>

namespace nvcim {

void IssueGroups::add(const std::string& kind, std::int64_t line, const std::string& message) {
  auto group = std::find_if(groups_.begin(), groups_.end(), [&kind](const Group& g) { return g.kind == kind; });
  if (group == groups_.end()) group = groups_.insert(groups_.end(), {kind, message, {}, 0});
  if (group->lines.size() < kNamed) group->lines.push_back(line);
  ++group->count;
}

std::vector<InputIssue> IssueGroups::issues(const std::string& file) const {
  std::vector<InputIssue> all;
  for (const Group& group : groups_) {
    std::string where = fmt::format("{} {}", group.count == 1 ? "line" : "lines", fmt::join(group.lines, ", "));
    if (group.count > group.lines.size())
      where += fmt::format(" and {} more ({})", group.count - group.lines.size(), group.count);
    all.push_back({file, where, group.message});
  }
  return all;
}

}  // namespace nvcim
