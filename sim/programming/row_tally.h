// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/programming/program_facts.h"

namespace nvcim::sim {

/// Counts what the operations of one tile do to its cells, and what they cost where a budget of energy is kept.
class RowTally {
 public:
  /// @param with_energy  attojoules are wanted
  RowTally(const ProgramFacts& facts, bool with_energy);

  ProgramCounts counts;

  /// The targets of a row arrived in the tile's buffer / are read from it.
  void arrived(const RowJob& row, int tile);
  void loaded(const RowJob& row);
  /// Before pulses of these columns of a row. @param codes  of the row [columns]
  /// @param column_sums  [columns] over the block's other rows; empty unless half_voltage
  void before_pulses(const RowJob& row, std::span<const std::int16_t> codes, std::span<const std::uint16_t> columns,
                     std::span<const std::int64_t> column_sums);
  /// After them.
  void after_pulses(const RowJob& row, std::span<const std::int16_t> codes, PulseKind kind, int ramp_step,
                    const device::Pulse& pulse);
  /// An unverified write of a whole row. @param conductance  before plus after it
  void first_write(const RowJob& row, std::uint64_t conductance, const device::Pulse& pulse);
  void verify_read(const RowJob& row, std::span<const std::int16_t> codes, std::span<const std::uint16_t> columns);

  /// Energy since the last call.
  std::uint64_t take_attojoules();

 private:
  void add_pulses(const RowJob& row, PulseKind kind, int ramp_step, const device::Pulse& pulse,
                  const PulseTally& added);
  void count(std::size_t layer, std::size_t node, Event event, std::uint64_t amount);
  std::int64_t conductance(const RowJob& row, std::span<const std::int16_t> codes,
                           std::span<const std::uint16_t> columns) const;

  const ProgramFacts& facts_;
  bool with_energy_;
  double joules_ = 0;
  std::vector<std::uint16_t> columns_;  ///< being pulsed
  std::int64_t before_ = 0, half_selected_ = 0;
};

/// Joules of pulses of one kind and ramp step: V^2 t (G before + G after) / 2, first order, and (V/2)^2 t G of what is
/// half selected. Source: the law of MLP+NeuroSim. @param step  of the conductance grid
double pulse_joules(const PulseTally& tally, const device::Pulse& pulse, Conductance step);

}  // namespace nvcim::sim
