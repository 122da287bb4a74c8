// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "sim/parallel/ranks.h"

namespace nvcim::sim {

/// The processes that mpirun started. Rank 0 hands out units one at a time, over point-to-point messages, and computes
/// as well; a rank that is killed takes the job with it, and the journal of rank 0 holds every outcome that arrived.
/// Whoever waits sleeps between looks (at most 2 ms, a fiftieth of the time waited), so that ranks may outnumber cores.
/// Only the thread that made it may call it, and only one may exist.
class MpiRanks : public Ranks {
 public:
  /// Starts MPI.
  static std::unique_ptr<MpiRanks> join(int& argc, char**& argv);
  /// Leaves MPI: waits until all processes are here.
  ~MpiRanks() override;

  Outcomes run(const UnitJob& job) override;
  std::string from_lead(const std::function<std::string()>& make) override;
  void together(const std::function<void()>& step) override;

  /// A failure that every process knows of has ended a call.
  bool failed_together() const { return failed_together_; }
  /// Ends all processes, with this exit code: for one that fails alone while the others wait for it.
  [[noreturn]] void abort(int exit_code);

 private:
  struct World;
  explicit MpiRanks(std::unique_ptr<World> world);

  Outcomes lead(const UnitJob& job);
  Outcomes follow(const UnitJob& job);
  std::string wait_for_lead();
  [[noreturn]] void fail_all(std::exception_ptr failure);

  std::unique_ptr<World> world_;
  bool failed_together_ = false;
};

}  // namespace nvcim::sim
