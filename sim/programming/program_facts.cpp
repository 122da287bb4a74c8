// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/program_facts.h"

#include <algorithm>

#include "arch/cycles.h"

namespace nvcim::sim {
namespace {

bool has_marks(const std::vector<std::uint8_t>& marked, const mapping::Block& block, int row) {
  const auto* first = marked.data() + std::size_t(row) * block.columns;
  return std::any_of(first, first + block.columns, [](std::uint8_t mark) { return mark != 0; });
}

std::vector<RowJob> rows_to_verify(const ProgramJob& job, const std::vector<int>& blocks) {
  std::vector<RowJob> rows;
  if (job.write_plan.verify.empty()) return rows;
  for (const int index : blocks)
    for (int row = 0; row < job.plan.blocks[index].rows; ++row)
      if (has_marks(job.write_plan.verify[index], job.plan.blocks[index], row)) rows.push_back({index, row, 0});
  const auto& priority = job.write_plan.row_priority;
  if (!priority.empty())
    std::stable_sort(rows.begin(), rows.end(), [&](const RowJob& a, const RowJob& b) {
      return priority[a.block][a.row] < priority[b.block][b.row];
    });
  return rows;
}

}  // namespace

ProgramFacts::ProgramFacts(const ProgramJob& program_job)
    : job(program_job),
      mesh(mapping::make_mesh(program_job.architecture)),
      timing(program_job.architecture),
      rules(mapping::make_layer_rules(program_job.architecture, program_job.plan)),
      rows(program_job.plan.tiles_used) {
  const WriteControllerParameters& controller = job.architecture.write_controller;
  for (const mapping::LayerPlan& layer : job.plan.layers)
    energy.push_back(energy_table(job.architecture, layer.encoding.weight_bits));
  std::vector<std::vector<int>> blocks(job.plan.tiles_used);
  for (int index = 0; index < static_cast<int>(job.plan.blocks.size()); ++index)
    blocks[job.plan.tile_of_crossbar(job.plan.blocks[index].crossbar)].push_back(index);
  for (int tile = 0; tile < job.plan.tiles_used; ++tile) {
    for (const int index : blocks[tile])
      for (int row = 0; row < job.plan.blocks[index].rows; ++row)
        rows[tile].push_back({index, row, RowJob::kFirstWrite});
    const std::vector<RowJob> verified = rows_to_verify(job, blocks[tile]);
    for (int round = 0; round <= controller.reverify_rounds; ++round)
      for (RowJob row : verified) {
        row.round = round;
        rows[tile].push_back(row);
      }
    all_rows += static_cast<std::int64_t>(rows[tile].size());
  }
  const Frequency clock = job.architecture.chip.clock;
  if (job.budget.time) deadline = cycles_within(*job.budget.time, clock);
  reverify_wait = cycles(controller.reverify_wait, clock);
  arbitrated = controller.peak_power.value() > 0 || job.budget.limits_pulses();
  std::int64_t first_writes = 0;
  for (const mapping::Block& block : job.plan.blocks) first_writes += block.rows;
  whole_blocks = !job.keep_history && all_rows == first_writes && !job.budget.time && !job.budget.limits_pulses() &&
                 controller.half_select == HalfSelect::none;
}

std::int64_t ProgramFacts::bits_of(const RowJob& row) const {
  const mapping::Block& block = job.plan.blocks[row.block];
  return row_bits(block, layer_of(block).encoding, row.round != RowJob::kFirstWrite);
}

Cycle ProgramFacts::wire_cycles(int tile) const {
  const auto link = static_cast<Cycle>(job.architecture.interconnect.link_cycles);
  return std::max<Cycle>(1, static_cast<Cycle>(mesh.links(mapping::kGlobalBuffer, tile)) * link);
}

}  // namespace nvcim::sim
