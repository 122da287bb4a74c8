// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace nvcim {

/// One mistake of the user's: where, and what is allowed. Printed as `file:pointer: message`.
struct InputIssue {
  std::string file;     ///< path, preset name or "--set"; may be empty
  std::string pointer;  ///< JSON pointer, node name or byte offset; may be empty
  std::string message;  ///< the value found and what is allowed

  std::string text() const;
};

/// All mistakes of one input, thrown together. Exit code 3.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<InputIssue> issues);
  InputError(std::string file, std::string pointer, std::string message);
  const std::vector<InputIssue>& issues() const { return issues_; }

 private:
  std::vector<InputIssue> issues_;
};

}  // namespace nvcim
