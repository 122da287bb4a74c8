// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/time_multiplexed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "arch/check.h"
#include "mapping/rounds.h"
#include "sim/report/costs.h"
#include "sim/report/timing.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

/// How often each cell of the chip is written for a batch, and which cells groups of a convolution need unformed: they
/// share a crossbar, and one MVM drives all their rows and reads all their columns.
class CellWrites {
 public:
  explicit CellWrites(const Architecture& architecture)
      : columns_(architecture.crossbar.columns), cells_(std::size_t(architecture.crossbar.rows) * columns_) {}

  void add(const mapping::Plan& plan) {
    if (crossbars_.size() < std::size_t(plan.crossbars_used)) crossbars_.resize(plan.crossbars_used);
    for (const mapping::Block& block : plan.blocks) {
      std::vector<std::uint16_t>& writes = crossbars_[block.crossbar];
      writes.resize(cells_);
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column)
          ++writes[std::size_t(block.crossbar_row + row) * columns_ + block.crossbar_column + column];
    }
    for (const mapping::LayerPlan& layer : plan.layers)
      for (std::size_t part = 0; part + 1 < layer.part_begin.size(); ++part)
        add_beside(plan, std::span(layer.blocks)
                             .subspan(layer.part_begin[part], layer.part_begin[part + 1] - layer.part_begin[part]));
  }
  void tell(TimeMultiplexedResult& result) const {
    std::int64_t sum = 0;
    for (const std::vector<std::uint16_t>& writes : crossbars_)
      for (const std::uint16_t times : writes) {
        sum += times;
        result.cells_used += times > 0;
        result.most_writes = std::max(result.most_writes, int{times});
      }
    NVCIM_CHECK(sum == result.cells_written, "{} writes on the floor plans, {} cells programmed", sum,
                result.cells_written);
    for (const auto& [crossbar, cells] : beside_)
      for (std::size_t cell = 0; cell < cells_; ++cell)
        result.cells_beside_groups += cells[cell] && crossbars_[crossbar][cell] > 0;
  }

 private:
  void add_beside(const mapping::Plan& plan, std::span<const int> groups) {
    if (groups.size() == 1) return;
    std::vector<bool>& beside = beside_[plan.blocks[groups[0]].crossbar];
    beside.resize(cells_);
    for (const int driven : groups)
      for (const int read : groups) {
        if (driven == read) continue;
        const mapping::Block &rows = plan.blocks[driven], &columns = plan.blocks[read];
        for (int row = rows.crossbar_row; row < rows.crossbar_row + rows.rows; ++row)
          std::fill_n(beside.begin() + std::ptrdiff_t(row * columns_) + columns.crossbar_column, columns.columns, true);
      }
  }

  std::size_t columns_, cells_;
  std::vector<std::vector<std::uint16_t>> crossbars_;  // [crossbars][cells]
  std::map<int, std::vector<bool>> beside_;            // of crossbars that groups share, [cells]
};

RunRequest request_of(const RunRequest& whole, const mapping::Round& round, bool is_last, workloads::Dataset data) {
  RunRequest request;
  request.architecture = round.architecture;
  request.network = round.network;
  request.data = std::move(data);
  request.data.shape = round.network.input;
  request.data.classes = round.network.classes();
  request.labelled = false;
  request.functional = whole.functional;
  request.cycle_samples = whole.cycle_samples;
  request.seed = whole.seed;
  request.instance = whole.instance;
  request.ending = is_last ? mapping::Ending::logits : mapping::Ending::codes;
  request.first_node = static_cast<std::uint32_t>(round.first_node);
  request.threads = whole.threads;
  request.progress = whole.progress;
  return request;
}

double seconds_of_batch(const Architecture& architecture, const Timeline& timeline, int batch) {
  const double beyond = batch - static_cast<double>(timeline.samples.size());
  const double cycles = static_cast<double>(timeline.total_cycles) + beyond * sample_times(timeline).interval_cycles;
  return cycles / architecture.chip.clock.value();
}

RoundFigures figures_of(const RunRequest& request, const RunOutcome& outcome, int batch) {
  RoundFigures figures;
  for (const mapping::LayerPlan& layer : outcome.plan.layers)
    figures.layers.push_back(request.network.nodes[layer.node].name);
  figures.result = request.network.nodes.back().name;
  figures.crossbars = outcome.plan.crossbars_used;
  figures.cells = (*outcome.cell_states)[static_cast<std::size_t>(mapping::CellState::written)];
  figures.programming_seconds = outcome.programming->seconds;
  figures.programming_joules = outcome.programming->joules;
  figures.inference_seconds = seconds_of_batch(request.architecture, outcome.cycle->timeline, batch);
  return figures;
}

/// Dynamic energy of one inference, of the latest round and by component.
void add_energy(const Costs& costs, const InferenceResult& inference, int samples, TimeMultiplexedResult& result) {
  for (std::size_t row = 0; row < inference.counts.rows(); ++row)
    for (const Costs::EnergyLine& line : costs.energy[row]) {
      const double joules = static_cast<double>(inference.counts.of(row, line.event)) * line.joules / samples;
      result.rounds.back().dynamic_joules += joules;
      result.components[line.component] += joules;
    }
}

/// Of all data of the run, without a chip.
std::vector<int> reference_classes(const RunRequest& run, int samples) {
  const int classes = run.network.classes();
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(run.network, run.data.pixels, samples, run.threads);
  std::vector<int> predicted;
  for (int sample = 0; sample < samples; ++sample)
    predicted.push_back(workloads::predicted_class(
        std::span<const std::int64_t>(logits).subspan(std::size_t(sample) * classes, std::size_t(classes))));
  return predicted;
}

void add_accuracy(const RunRequest& run, TimeMultiplexedResult& result) {
  const std::vector<int>& predicted = result.inference.predicted;
  const auto samples = static_cast<std::int64_t>(predicted.size());
  result.reference_predicted = reference_classes(run, static_cast<int>(samples));
  std::int64_t correct = 0, reference = 0;
  for (std::size_t sample = 0; sample < predicted.size(); ++sample) {
    correct += predicted[sample] == run.data.labels[sample];
    reference += result.reference_predicted[sample] == run.data.labels[sample];
  }
  const double n = static_cast<double>(samples);
  result.accuracy = {static_cast<double>(correct) / n, static_cast<double>(reference) / n,
                     wilson_interval(correct, samples)};
}

void add_totals(const TimeMultiplexedRequest& request, double static_power, TimeMultiplexedResult& result) {
  for (const RoundFigures& round : result.rounds) {
    result.cells_written += round.cells;
    result.batch_seconds += round.programming_seconds + round.inference_seconds;
    result.programming_joules += round.programming_joules / request.batch;
    result.dynamic_joules += round.dynamic_joules;
  }
  result.static_joules = static_power * result.batch_seconds / request.batch;
  double components = 0;
  for (const auto& [name, joules] : result.components) components += joules;
  NVCIM_CHECK(std::abs(components - result.dynamic_joules) <= 1e-9 * result.dynamic_joules,
              "rounds take {} J, components {}", result.dynamic_joules, components);
}

}  // namespace

TimeMultiplexedResult run_time_multiplexed(const TimeMultiplexedRequest& request) {
  const RunRequest& run = request.run;
  NVCIM_CHECK(run.systemc && !run.chip && !run.deviations && request.batch >= 1, "batch {}", request.batch);
  check_data(run.network, run.data);
  const std::vector<mapping::Round> rounds = mapping::cut_rounds(run.architecture, run.network);

  TimeMultiplexedResult result;
  result.compared = run.functional;
  CellWrites writes(run.architecture);
  double static_power = 0;
  workloads::Dataset data = run.data;
  result.cycle_samples = std::min({run.cycle_samples, request.batch, data.samples()});
  // Without the batched engine there are maps of the cycle samples alone.
  if (!run.functional) data.labels.resize(result.cycle_samples);
  for (std::size_t number = 0; number < rounds.size(); ++number) {
    RunRequest part = request_of(run, rounds[number], number + 1 == rounds.size(), std::move(data));
    part.cycle_samples = result.cycle_samples;
    if (run.begin)
      part.begin = [&](const std::string& what) {
        run.begin(fmt::format("round {} of {}: {}", number + 1, rounds.size(), what));
      };
    RunOutcome outcome = run_network(part);
    NVCIM_CHECK(!outcome.functional || *outcome.functional_on_cycle_samples == outcome.cycle->inference.counts,
                "round {}: the engines count differently", number + 1);
    const Costs costs = make_costs(part.architecture, part.network);
    result.rounds.push_back(figures_of(part, outcome, request.batch));
    add_energy(costs, outcome.functional ? *outcome.functional : outcome.cycle->inference,
               outcome.functional ? part.data.samples() : result.cycle_samples, result);
    static_power = total(costs.static_power);
    writes.add(outcome.plan);
    result.inference = std::move(outcome.functional ? *outcome.functional : outcome.cycle->inference);
    data = std::move(part.data);
    data.pixels = result.inference.codes;
  }
  add_totals(request, static_power, result);
  writes.tell(result);
  if (run.labelled) add_accuracy(run, result);
  return result;
}

}  // namespace nvcim::sim
