// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "sim/systemc/mvm_arithmetic.h"

namespace nvcim::sim {

/// Values of MVMs for the crossbars. An MVM's inputs are known when it is issued, its values are needed when its
/// crossbar has driven it: a second thread works them out in between where there is one to spare, and the crossbar
/// itself where it has not begun. Values do not depend on who computes them, and the simulation stays in one thread.
class MvmEvaluator {
 public:
  /// @param threads  two or more: with a second thread. The constants must outlive it.
  MvmEvaluator(const MachineConstants& constants, int threads);
  ~MvmEvaluator();
  MvmEvaluator(const MvmEvaluator&) = delete;
  MvmEvaluator& operator=(const MvmEvaluator&) = delete;

  /// An MVM was issued.
  void issue(const MvmJobPtr& job);
  /// Its values; waits for them where the other thread has begun.
  MvmValues& values(MvmJob& job);

 private:
  /// Issued MVMs that nobody has looked at yet. One that finds its slot full is left to its crossbar.
  static constexpr std::size_t kSlots = 1024;
  struct Slot {
    std::atomic<bool> full = false;
    MvmJobPtr job;
  };
  static constexpr std::uint64_t kStop = ~std::uint64_t{0};

  void work();
  bool begin(MvmJob& job) const;
  void work_out(MvmJob& job, MvmArithmetic::Scratch& scratch, const MvmJob* next = nullptr) const;

  MvmArithmetic arithmetic_;
  MvmArithmetic::Scratch scratch_;  // of the simulation's thread
  std::array<Slot, kSlots> slots_;
  std::atomic<std::uint64_t> issued_ = 0;  // into slots; kStop: the thread ends
  std::thread thread_;
};

}  // namespace nvcim::sim
