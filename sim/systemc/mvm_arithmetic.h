// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "sim/analog/phase_sums.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/mvm_job.h"

namespace nvcim::sim {

/// Values of MVMs, phase by phase through the functions of sim/analog: cells, read noise, converters, shift-add. They
/// depend on the job alone, not on the time at which it runs; nothing outside can come between the phases of an MVM.
/// Any number of threads may use one, each with a scratch of its own.
class MvmArithmetic {
 public:
  struct Scratch {
    PhaseSums phase_sums;
    std::vector<std::int32_t> sums;       // [phases][columns] of one block
    std::vector<std::int32_t> codes;      // [columns]
    std::vector<std::int64_t> registers;  // [columns]
    std::vector<std::uint8_t> digits;
    std::vector<float> noise;
  };

  /// @param constants  must outlive it
  explicit MvmArithmetic(const MachineConstants& constants);
  /// @param next  the job after it, if known: its cells are fetched meanwhile
  void work_out(MvmJob& job, Scratch& scratch, const MvmJob* next = nullptr) const;

 private:
  struct OfBlock {
    std::once_flag once;
    std::vector<std::uint64_t> conductances;  // [rows]
  };
  void add_block(const MvmJob& job, int index, std::size_t first_row, std::span<const std::int16_t> soon,
                 Scratch& scratch, MvmValues& values) const;
  const float* noise_of(const MvmJob& job, int index, int phase, std::span<const std::uint8_t> codes,
                        Scratch& scratch) const;

  const MachineConstants& constants_;
  std::unique_ptr<OfBlock[]> blocks_;  // [plan.blocks]
};

}  // namespace nvcim::sim
