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

/// What the unverified writes leave, worked out block by block, on a second thread ahead of the engine that puts them
/// in time where the job has one to spare. The draws are addressed, so the codes are the same whoever works them out,
/// and nothing depends on who is first.
class FirstWrites {
 public:
  /// Facts must outlive it.
  explicit FirstWrites(const ProgramFacts& facts);
  ~FirstWrites();
  FirstWrites(const FirstWrites&) = delete;
  FirstWrites& operator=(const FirstWrites&) = delete;

  /// Codes of a row; empty where its block is not worked out yet. @return [block.columns]
  std::span<const std::int16_t> row(int block, int row) const;

  // Of a job with whole_blocks. A block that nobody has begun is worked out by the caller; otherwise it waits.
  /// Conductance of a row before plus after its write: sum of codes with the pedestal.
  std::uint64_t conductance(int block, int row);
  /// Codes of the block; once. @return [rows * columns]
  std::vector<std::int16_t> take(int block);

 private:
  enum class State : std::uint8_t { untouched, begun, ready };
  struct Ahead {
    std::vector<std::int16_t> codes;         // [rows * columns]
    std::vector<std::uint64_t> conductance;  // [rows], of whole_blocks
    std::atomic<State> state = State::untouched;
  };
  void work();
  bool begin(int block);
  void work_out(int block);
  Ahead& finished(int block);

  const ProgramFacts& facts_;
  std::unique_ptr<Ahead[]> ahead_;  // [plan.blocks]; none: nothing is worked out ahead
  std::atomic<bool> stop_ = false;
  std::thread worker_;
};

}  // namespace nvcim::sim
