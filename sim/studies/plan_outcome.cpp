// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/plan_outcome.h"

#include <algorithm>

#include "mapping/chip_instance.h"
#include "sim/engine.h"
#include "sim/programming/program_energy.h"
#include "sim/programming/program_job.h"

namespace nvcim::sim {

PlanOutcome evaluate_plan(const Architecture& architecture, const workloads::Network& network,
                          const mapping::Plan& plan, const mapping::WritePlan& write_plan,
                          const mapping::ChipDraws& draws, const workloads::Dataset& data) {
  const ProgramJob job{architecture, network, plan, write_plan, draws, {}, {}};
  ProgramResult result = run_programming(job);
  PlanOutcome outcome;
  // The first pulse of every cell is the unverified write.
  for (const mapping::WrittenBlock& block : result.cells.blocks)
    for (std::uint32_t pulses : block.pulses) outcome.attempts += pulses - 1;
  outcome.seconds = program_seconds(job, result.cycles);
  outcome.joules = program_energy(job, result.counts).total;
  outcome.verified = write_plan.verified_cells();
  for (const auto& of_block : mapping::count_by_row(plan, write_plan))
    outcome.rows_touched += std::count_if(of_block.begin(), of_block.end(), [](int cells) { return cells > 0; });
  const mapping::ChipInstance chip = mapping::make_instance(architecture, network, plan, std::move(result.cells));
  outcome.correct = count_correct(
      run_functional({architecture, network, plan, chip}, data.pixels, data.samples(), {}).predicted, data.labels);
  return outcome;
}

int count_correct(const std::vector<int>& predicted, const std::vector<std::uint8_t>& labels) {
  int correct = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) correct += predicted[i] == labels[i];
  return correct;
}

}  // namespace nvcim::sim
