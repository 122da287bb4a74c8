// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// A command that failed and left something on disk that the next attempt goes on from: the cause is told first.
class FailedAndKept : public std::exception {
 public:
  FailedAndKept(std::exception_ptr cause, std::string kept) : cause_(std::move(cause)), kept_(std::move(kept)) {}
  const std::exception_ptr& cause() const { return cause_; }
  const char* what() const noexcept override { return kept_.c_str(); }

 private:
  std::exception_ptr cause_;
  std::string kept_;
};

/// Does the work. Where it fails and leaves `file`, the user is told that it is there and what it is for.
template <class Work>
auto saying_what_is_kept(const std::filesystem::path& file, const Work& work) {
  try {
    return work();
  } catch (...) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) throw;
    throw FailedAndKept(std::current_exception(),
                        "kept: " + file.string() + "; the same command goes on from it, remove it to begin anew");
  }
}

/// Parses and runs: prints help and errors, turns every outcome into an exit code. An abort (NVCIM_CHECK) ends with
/// code 1.
/// @param action  set by the command that was chosen, while parsing
/// @param speaks  false in processes that leave help and complaints of the command line to another
int parse_and_run(CLI::App& program, int argc, char** argv, const Action& action, bool speaks = true);

}  // namespace nvcim::cli
