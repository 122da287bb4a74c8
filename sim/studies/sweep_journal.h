// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace nvcim::sim {

/// Evaluations that are done, in a text file: a first line that says of which sweep, then one line each, flushed at
/// once. A process that is killed loses at most the evaluations under way; a line cut short is dropped.
class SweepJournal {
 public:
  using Key = std::tuple<int, int, int>;  ///< method, budget, instance

  /// Keeps everything in memory alone when `file` is empty. Else reads it, or creates it.
  /// @param identity  one line; the same for every run of the same sweep
  /// Errors: InputError for a file of another sweep, of something else, or that cannot be written.
  SweepJournal(std::filesystem::path file, const std::string& identity);

  /// Correct answers of an evaluation that is done, else -1.
  int find(const Key& key) const;
  /// From any thread.
  void add(const Key& key, int correct);

 private:
  std::filesystem::path file_;
  std::ofstream out_;
  std::map<Key, int> done_;
  mutable std::mutex mutex_;
};

}  // namespace nvcim::sim
