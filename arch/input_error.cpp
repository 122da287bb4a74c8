// SPDX-License-Identifier: Apache-2.0
#include "arch/input_error.h"

#include <utility>

namespace nvcim {
namespace {

std::string all_lines(const std::vector<InputIssue>& issues) {
  std::string lines;
  for (const InputIssue& issue : issues) {
    if (!lines.empty()) lines += '\n';
    lines += issue.text();
  }
  return lines;
}

}  // namespace

std::string InputIssue::text() const {
  std::string where = file;
  if (!pointer.empty()) where += (where.empty() ? "" : ":") + pointer;
  return where.empty() ? message : where + ": " + message;
}

InputError::InputError(std::vector<InputIssue> issues)
    : std::runtime_error(all_lines(issues)), issues_(std::move(issues)) {}

InputError::InputError(std::string file, std::string pointer, std::string message)
    : InputError(std::vector<InputIssue>{{std::move(file), std::move(pointer), std::move(message)}}) {}

}  // namespace nvcim
