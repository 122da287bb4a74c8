// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/row_tally.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "arch/conductance_grid.h"
#include "mapping/cell_targets.h"

namespace nvcim::sim {

double pulse_joules(const PulseTally& tally, const device::Pulse& pulse, Conductance step) {
  const double unit = (pulse.amplitude * pulse.amplitude * pulse.width * step).value();
  return unit * (0.5 * static_cast<double>(tally.conductance) + 0.25 * static_cast<double>(tally.half_selected));
}

RowTally::RowTally(const ProgramFacts& facts, bool with_energy) : facts_(facts), with_energy_(with_energy) {
  const std::size_t nodes = facts.job.network.nodes.size();
  counts.events = EventCounts(nodes);
  counts.pulses.resize(nodes);
}

void RowTally::count(std::size_t layer, std::size_t node, Event event, std::uint64_t amount) {
  counts.events.add(node + 1, event, amount);
  if (with_energy_) joules_ += facts_.energy[layer].of(event, static_cast<double>(amount)).value();
}

void RowTally::arrived(const RowJob& row, int tile) {
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  const auto layer = static_cast<std::size_t>(facts_.job.plan.layer_of_node[block.node]);
  const std::int64_t bits = facts_.bits_of(row);
  count(layer, block.node, Event::input_buffer_write, static_cast<std::uint64_t>(bits));
  if (!with_energy_) return;
  // The way here is counted where it is travelled; what it cost belongs to this tile's account.
  const EnergyTable& energy = facts_.energy[layer];
  for (const Event event : {Event::external_read, Event::global_buffer_write, Event::global_buffer_read})
    joules_ += energy.of(event, static_cast<double>(bits)).value();
  const auto flits = static_cast<double>(facts_.mesh.flits(bits));
  joules_ += energy.of(Event::router_flit, flits * facts_.mesh.routers(mapping::kGlobalBuffer, tile)).value();
  joules_ += energy.of(Event::link_flit, flits * facts_.mesh.links(mapping::kGlobalBuffer, tile)).value();
}

void RowTally::loaded(const RowJob& row) {
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  count(static_cast<std::size_t>(facts_.job.plan.layer_of_node[block.node]), block.node, Event::input_buffer_read,
        static_cast<std::uint64_t>(facts_.bits_of(row)));
}

/// Of a signed cell the magnitude conducts.
std::int64_t RowTally::conductance(const RowJob& row, std::span<const std::int16_t> codes,
                                   std::span<const std::uint16_t> columns) const {
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  const int pedestal = mapping::cell_range(facts_.job.architecture.device, facts_.layer_of(block).encoding).pedestal;
  std::int64_t sum = 0;
  for (const std::uint16_t column : columns) sum += std::abs(codes[column] + pedestal);
  return sum;
}

void RowTally::before_pulses(const RowJob& row, std::span<const std::int16_t> codes,
                             std::span<const std::uint16_t> columns, std::span<const std::int64_t> column_sums) {
  columns_.assign(columns.begin(), columns.end());
  before_ = conductance(row, codes, columns);
  half_selected_ = 0;
  if (column_sums.empty()) return;
  // The other cells of the row, and those of the pulsed columns in the other rows.
  std::vector<std::uint16_t> all(codes.size());
  std::iota(all.begin(), all.end(), std::uint16_t{0});
  half_selected_ = conductance(row, codes, all) - before_;
  for (const std::uint16_t column : columns) half_selected_ += column_sums[column];
}

void RowTally::after_pulses(const RowJob& row, std::span<const std::int16_t> codes, PulseKind kind, int ramp_step,
                            const device::Pulse& pulse) {
  add_pulses(row, kind, ramp_step, pulse,
             {columns_.size(), static_cast<std::uint64_t>(before_ + conductance(row, codes, columns_)),
              static_cast<std::uint64_t>(half_selected_)});
}

void RowTally::first_write(const RowJob& row, std::uint64_t conductance, const device::Pulse& pulse) {
  add_pulses(row, PulseKind::first_write, 0, pulse,
             {static_cast<std::uint64_t>(facts_.job.plan.blocks[row.block].columns), conductance, 0});
}

void RowTally::add_pulses(const RowJob& row, PulseKind kind, int ramp_step, const device::Pulse& pulse,
                          const PulseTally& added) {
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  auto& tallies = counts.pulses[block.node][static_cast<std::size_t>(kind)];
  if (tallies.size() <= static_cast<std::size_t>(ramp_step)) tallies.resize(ramp_step + 1);
  PulseTally& tally = tallies[ramp_step];
  tally.pulses += added.pulses;
  tally.conductance += added.conductance;
  tally.half_selected += added.half_selected;
  const auto layer = static_cast<std::size_t>(facts_.job.plan.layer_of_node[block.node]);
  count(layer, block.node, Event::write_driver, added.pulses);
  if (with_energy_)
    joules_ += pulse_joules(
        added, pulse,
        conductance_grid(facts_.job.architecture, facts_.job.plan.layers[layer].encoding.weight_bits).step);
}

void RowTally::verify_read(const RowJob& row, std::span<const std::int16_t> codes,
                           std::span<const std::uint16_t> columns) {
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  const auto layer = static_cast<std::size_t>(facts_.job.plan.layer_of_node[block.node]);
  const auto digit = (std::uint64_t{1} << facts_.job.architecture.dac.bits) - 1;
  // One row is driven through its decoder; the input register of an MVM (Event::crossbar_read) is not read.
  count(layer, block.node, Event::row_drive, 1);
  count(layer, block.node, Event::cell_conduction,
        digit * digit * static_cast<std::uint64_t>(conductance(row, codes, columns)));
  for (const Event event : {Event::sample_hold, Event::adc_conversion}) count(layer, block.node, event, columns.size());
}

std::uint64_t RowTally::take_attojoules() {
  const auto whole = static_cast<std::uint64_t>(std::llround(joules_ * 1e18));
  joules_ = 0;
  return whole;
}

}  // namespace nvcim::sim
