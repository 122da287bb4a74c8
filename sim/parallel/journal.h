// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nvcim::sim {

/// Finished units of a job, on disk: a text file with a first line that says of which job, then "UNIT OUTCOME" per
/// line, written at once. A process that is killed loses at most the units under way; a line cut short is dropped.
/// One thread at a time.
class Journal {
 public:
  /// Reads the file or creates it and its folders; locked until destruction, so that two processes do not fill it at
  /// once. Nothing is kept or read when `file` is empty.
  /// @param identity  one line; the same for every run of the same job
  /// Errors: InputError: a file of another job or of something else, one in use, one that cannot be written.
  Journal(std::filesystem::path file, const std::string& identity);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// A journal without any outcome is removed, with the folders made for it: a command that failed leaves nothing.
  ~Journal();

  /// What was found in the file.
  const std::map<int, std::string>& found() const { return found_; }
  /// @param outcome  one line, not empty. Errors: InputError when it cannot be written.
  void add(int unit, const std::string& outcome);

 private:
  void read(const std::string& first_line);
  void append(const std::string& line);

  std::filesystem::path file_;
  std::vector<std::filesystem::path> made_;  ///< folders, outermost first
  int descriptor_ = -1;
  bool has_outcomes_ = false;
  std::map<int, std::string> found_;
};

}  // namespace nvcim::sim
