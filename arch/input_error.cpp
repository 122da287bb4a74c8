// SPDX-License-Identifier: Apache-2.0
#include "arch/input_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "arch/printable.h"

namespace nvcim {
namespace {

constexpr std::size_t kLongestPlace = 4096;    // Linux's PATH_MAX
constexpr std::size_t kLongestMessage = 4096;  // the longest of ours list names

std::string all_lines(const std::vector<InputIssue>& issues) {
  return fmt::format("{}", fmt::join(issue_lines(issues), "\n"));
}

}  // namespace

std::string InputIssue::text() const {
  std::string where = shortened(printable(file), kLongestPlace);
  if (!pointer.empty()) where += (where.empty() ? "" : ":") + shortened(printable(pointer), kLongestPlace);
  const std::string what = shortened(printable(message), kLongestMessage);
  return where.empty() ? what : where + ": " + what;
}

std::vector<std::string> issue_lines(const std::vector<InputIssue>& issues, const std::string& before) {
  std::vector<std::string> lines;
  const std::size_t shown = std::min(issues.size(), kShownIssues);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(before + issues[i].text());
  if (shown < issues.size()) lines.push_back(fmt::format("and {} more", with_commas(issues.size() - shown)));
  return lines;
}

InputError::InputError(std::vector<InputIssue> issues)
    : std::runtime_error(all_lines(issues)), issues_(std::move(issues)) {}

InputError::InputError(std::string file, std::string pointer, std::string message)
    : InputError(std::vector<InputIssue>{{std::move(file), std::move(pointer), std::move(message)}}) {}

void refuse_file(const std::filesystem::path& file, const std::string& message) {
  throw InputError(file.string(), "", message);
}

}  // namespace nvcim
