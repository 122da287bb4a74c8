// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace nvcim {

/// One mistake of the user's: where, and what is allowed. Printed as `file:pointer: message`.
struct InputIssue {
  std::string file;     ///< path, preset name or "--set"; may be empty
  std::string pointer;  ///< JSON pointer, node name or byte offset; may be empty
  std::string message;  ///< the value found and what is allowed

  /// One line that a terminal shows and does not obey (arch/printable.h), of bounded length.
  std::string text() const;
};

/// Lines of `issues` that are shown; of more than so many the rest is counted.
inline constexpr std::size_t kShownIssues = 40;

/// The text of each issue, after `before`; past kShownIssues one more line says how many there are.
std::vector<std::string> issue_lines(const std::vector<InputIssue>& issues, const std::string& before = "");

/// All mistakes of one input, thrown together. Exit code 3.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<InputIssue> issues);
  InputError(std::string file, std::string pointer, std::string message);
  const std::vector<InputIssue>& issues() const { return issues_; }

 private:
  std::vector<InputIssue> issues_;
};

/// Throws InputError about a file as a whole.
[[noreturn]] void refuse_file(const std::filesystem::path& file, const std::string& message);

}  // namespace nvcim
