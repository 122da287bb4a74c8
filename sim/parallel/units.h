// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/parallel/journal.h"

namespace nvcim::sim {

/// Work that falls into independent numbered units. Whoever is free takes the next unit, so uneven ones are balanced;
/// which thread or rank computes a unit must not matter to its outcome.
struct UnitJob {
  int units = 0;
  int threads = 1;  ///< of this process
  /// Every finished unit is written to it at once, and units that it already holds are not computed again; empty: no
  /// such file. Only the leading process touches it.
  std::filesystem::path journal;
  std::string identity;  ///< one line that tells this job from others; the number of units does not belong in it
  /// Outcome of a unit: one line of text, not empty. Called from any thread of any process.
  std::function<std::string(int unit)> compute;
  /// Told every outcome, in the leading process, one at a time: first those of the journal in order of their units,
  /// then the others as they arrive. True: enough, no further unit is started. May be empty.
  std::function<bool(int unit, const std::string& outcome, bool from_journal)> finished;
};

/// [units]; none for a unit that was not computed. What lies past the unit at which `finished` had enough is left to
/// chance: the job decides by the units before it.
using Outcomes = std::vector<std::optional<std::string>>;

/// Hands out the units of a job and takes in their outcomes. Any thread.
class UnitQueue {
 public:
  /// Reads the journal. Errors: as Journal.
  explicit UnitQueue(const UnitJob& job);

  /// The next unit in order that has no outcome; none when all are out, enough are in, or one failed.
  std::optional<int> next();
  void finish(int unit, std::string outcome);
  /// Stops the hand-out; the first failure is what take() throws.
  void fail(std::exception_ptr failure);
  /// Takes and computes units until there are none.
  void work();
  /// When everybody is done.
  Outcomes take();

 private:
  const UnitJob& job_;
  std::mutex mutex_;
  Journal journal_;
  Outcomes outcomes_;
  int next_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
};

}  // namespace nvcim::sim
