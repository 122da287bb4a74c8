// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "sim/programming/program_facts.h"

namespace nvcim::sim {

/// What the unverified writes leave, worked out on a second thread ahead of the engine that puts them in time. The
/// draws are addressed, so the codes are the same whoever works them out, and nothing depends on who is first.
class FirstWrites {
 public:
  /// Starts where the job has threads to spare. Facts must outlive it.
  explicit FirstWrites(const ProgramFacts& facts);
  ~FirstWrites();
  FirstWrites(const FirstWrites&) = delete;
  FirstWrites& operator=(const FirstWrites&) = delete;

  /// Codes of a row; empty where its block is not worked out yet. @return [block.columns]
  std::span<const std::int16_t> row(int block, int row) const;

 private:
  struct Ahead {
    std::vector<std::int16_t> codes;  // [rows * columns]
    std::atomic<bool> ready = false;
  };
  void work();

  const ProgramFacts& facts_;
  std::unique_ptr<Ahead[]> ahead_;  // [plan.blocks]; none: nothing runs
  std::atomic<bool> stop_ = false;
  std::thread worker_;
};

}  // namespace nvcim::sim
