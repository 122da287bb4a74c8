// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nvcim::sim {

/// First line of a journal, without its end.
std::string journal_title(const std::string& identity);
/// A line of it, without its end.
std::string journal_line(const std::string& identity, int unit, std::string_view outcome);

/// Finished units of a job, on disk: a text file with a first line that says of which job, then "UNIT CHECK OUTCOME"
/// per line, written at once; CHECK is the fingerprint (arch/fingerprint.h) of the job, the unit and the outcome, so
/// that a line that was edited, damaged or brought from another job is refused. A process that is killed loses at most
/// the units under way; a line cut short is dropped. One thread at a time.
class Journal {
 public:
  /// Reads the file or creates it and its folders; locked until destruction, so that two processes do not fill it at
  /// once. Nothing is kept or read when `file` is empty.
  /// @param identity  one line; the same for every run of the same job
  /// Errors: InputError with what to do: a file of another job, of an earlier format or of something else, a line whose
  /// check is wrong, one in use, one that cannot be written.
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
  void read();
  /// @param number  of the line in the file
  void read_line(std::string_view line, int number);
  void append(const std::string& line);
  void remove_folders();

  std::filesystem::path file_;
  std::string identity_;
  std::vector<std::filesystem::path> made_;  ///< folders, outermost first
  int descriptor_ = -1;
  bool has_outcomes_ = false;
  std::map<int, std::string> found_;
};

}  // namespace nvcim::sim
