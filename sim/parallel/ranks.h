// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "sim/parallel/units.h"

namespace nvcim::sim {

/// Thrown where a step failed that all processes take together, in all but the leading process, which throws the cause
/// and tells the user.
class FailedTogether : public std::runtime_error {
 public:
  explicit FailedTogether(bool by_input) : std::runtime_error("failed in another process"), by_input_(by_input) {}
  bool by_input() const { return by_input_; }  ///< the user's fault, not ours

 private:
  bool by_input_;
};

/// The processes that work on a job, each with threads of its own. All of them run the same program on the same command
/// line and call these functions in the same order; the leading one (rank 0) alone prints and writes. One process is
/// the common case.
class Ranks {
 public:
  virtual ~Ranks() = default;

  int rank() const { return rank_; }
  int count() const { return count_; }
  int on_this_machine() const { return on_this_machine_; }  ///< processes that share the machine with this one
  bool leads() const { return rank_ == 0; }

  /// Spreads the units over all processes and their threads. Every process gets all outcomes.
  /// Errors: in the leading process the first exception of `compute`, `finished` or the journal; FailedTogether in the
  /// others.
  virtual Outcomes run(const UnitJob& job) = 0;

  /// What `make` gives in the leading process, in every process: for values that depend on the machine, such as
  /// floating point sums of a BLAS. Errors: as run().
  virtual std::string from_lead(const std::function<std::string()>& make) = 0;

  /// Takes a step that may fail in some processes only, such as reading files. When it does, it fails in all.
  /// Errors: in the leading process InputError with the mistakes of all processes; FailedTogether in the others.
  virtual void together(const std::function<void()>& step) = 0;

 protected:
  Ranks(int rank, int count, int on_this_machine) : rank_(rank), count_(count), on_this_machine_(on_this_machine) {}

 private:
  int rank_, count_, on_this_machine_;
};

/// This process alone.
class OneProcess : public Ranks {
 public:
  OneProcess() : Ranks(0, 1, 1) {}
  Outcomes run(const UnitJob& job) override;
  std::string from_lead(const std::function<std::string()>& make) override { return make(); }
  void together(const std::function<void()>& step) override { step(); }
};

}  // namespace nvcim::sim
