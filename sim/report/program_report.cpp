// SPDX-License-Identifier: Apache-2.0
#include "sim/report/program_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "arch/check.h"
#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/cost/figure_nodes.h"
#include "device/models/device_law.h"
#include "mapping/block_writing.h"
#include "mapping/cell_targets.h"
#include "sim/programming/program_energy.h"
#include "sim/report/write_notes.h"

namespace nvcim::sim {
namespace {

using mapping::CellState;

/// Moments and extremes of deviations from the target, in units of the conductance range.
struct Deviations {
  std::int64_t count = 0, beyond = 0;
  double sum = 0, squares = 0, fourth = 0, largest = 0;
  std::vector<float> sizes;

  /// @param accepted  the deviation is within the tolerance, or in the level's window
  void add(double deviation, bool accepted) {
    ++count;
    sum += deviation;
    squares += deviation * deviation;
    fourth += deviation * deviation * deviation * deviation;
    largest = std::max(largest, std::abs(deviation));
    beyond += !accepted;
    sizes.push_back(static_cast<float>(std::abs(deviation)));
  }
  /// About zero: what is wanted is the target, so a mean off it is an error like any other.
  double sigma() const { return count > 0 ? std::sqrt(squares / static_cast<double>(count)) : 0; }
  double size_at(double share) {
    if (sizes.empty()) return 0;
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(sizes.size()))) - 1;
    std::nth_element(sizes.begin(), sizes.begin() + rank, sizes.end());
    return sizes[rank];
  }
};

/// Smallest value that so large a share of the cells or rows does not exceed.
double percentile(const std::vector<std::uint64_t>& histogram, double share) {
  const double all = static_cast<double>(std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0}));
  std::uint64_t passed = 0;
  for (std::size_t value = 0; value < histogram.size(); ++value) {
    passed += histogram[value];
    if (static_cast<double>(passed) >= share * all) return static_cast<double>(value);
  }
  return 0;
}

double mean(const std::vector<std::uint64_t>& histogram) {
  double all = 0, sum = 0;
  for (std::size_t value = 0; value < histogram.size(); ++value) {
    all += static_cast<double>(histogram[value]);
    sum += static_cast<double>(histogram[value]) * static_cast<double>(value);
  }
  return all > 0 ? sum / all : 0;
}

void count_into(std::vector<std::uint64_t>& histogram, std::size_t value) {
  if (histogram.size() <= value) histogram.resize(value + 1);
  ++histogram[value];
}

class ProgramMetrics {
 public:
  explicit ProgramMetrics(const ProgramRecord& record) : record_(record), job_(record.job), result_(record.result) {
    report_.architecture = job_.architecture.name;
    report_.description = job_.architecture.chip.description;
    report_.network = job_.network.name;
    report_.plan = record.plan;
    report_.seed = job_.draws.seed;
    rules_ = mapping::make_layer_rules(job_.architecture, job_.plan);
  }

  ProgramReport build() {
    add_time();
    add_energy();
    walk_cells();
    add_attempts();
    add_counters();
    add_facts();
    std::stable_sort(report_.metrics.begin(), report_.metrics.end(),
                     [](const Metric& a, const Metric& b) { return a.info < b.info; });
    for (const Metric& metric : report_.metrics)
      NVCIM_CHECK(std::isfinite(metric.value) && metric.value >= 0, "{} is {}", metric.name, metric.value);
    return std::move(report_);
  }

 private:
  void add(std::string name, double value) {
    const MetricInfo* info = find_metric(name);
    NVCIM_CHECK(info != nullptr, "metric {} is not in the registry", name);
    report_.metrics.push_back({std::move(name), value, info});
  }

  void add_time() {
    seconds_ = program_seconds(job_, result_.cycles);
    add("latency.programming", seconds_);
    add("latency.programming.cycles", static_cast<double>(result_.cycles));
    if (result_.first_pass_cycles > 0)
      add("latency.programming.first_write", program_seconds(job_, result_.first_pass_cycles));
    double busy = 0;
    for (std::size_t tile = 0; tile < result_.controllers.size(); ++tile) {
      const ControllerTime& time = result_.controllers[tile];
      const double all = std::max(1.0, static_cast<double>(result_.cycles));
      report_.controllers.push_back({fmt::format("tile{}.write_controller", tile), static_cast<double>(time.busy) / all,
                                     static_cast<double>(time.waited_for_power) / all,
                                     static_cast<double>(time.waited_for_targets) / all,
                                     static_cast<double>(time.waited_to_reverify) / all});
      busy += report_.controllers.back().busy;
    }
    add("busy.programming", busy / static_cast<double>(report_.controllers.size()));
  }

  void add_energy() {
    energy_ = program_energy(job_, result_.counts);
    add("energy.programming", energy_.total);
    double parts = 0, nodes = 0;
    for (const auto& [name, joules] : energy_.parts) {
      add("energy.programming." + name, joules);
      parts += joules;
    }
    for (std::size_t node = 0; node < energy_.nodes.size(); ++node) nodes += energy_.nodes[node];
    for (const double sum : {parts, nodes})
      NVCIM_CHECK(std::abs(sum - energy_.total) <= 1e-9 * energy_.total, "parts {} and total {}", sum, energy_.total);
    if (seconds_ > 0) add("power.programming", energy_.total / seconds_);
  }

  void walk_cells() {
    std::array<std::int64_t, mapping::kCellStates> states{};
    Deviations verified, unverified;
    std::uint64_t most_pulses = 0, marked_cells = 0;
    const double tolerance = job_.architecture.write_controller.tolerance * job_.architecture.device.sigma_scale;
    const bool measured = job_.architecture.write_controller.process == WriteProcess::measured;
    std::vector<int> levels;
    for (std::size_t at = 0; at < job_.plan.layers.size(); ++at) {
      const mapping::LayerPlan& layer = job_.plan.layers[at];
      ProgramLayerRow row;
      row.name = job_.network.nodes[layer.node].name;
      row.energy = energy_.nodes[layer.node];
      Deviations layer_verified, layer_unverified;
      std::uint64_t begun = 0, attempts = 0;
      for (const int index : layer.blocks) {
        const mapping::Block& block = job_.plan.blocks[index];
        const mapping::WrittenBlock& cells = result_.cells.blocks[index];
        const double span = mapping::cell_range(job_.architecture.device, layer.encoding).span;
        levels.resize(block.columns);
        for (std::size_t cell = 0; cell < cells.codes.size(); ++cell) {
          const int column = static_cast<int>(cell) % block.columns;
          if (column == 0)
            mapping::target_levels(job_.network.nodes[block.node], layer.encoding, block,
                                   static_cast<int>(cell) / block.columns, levels);
          const CellState state = cells.state[cell];
          ++states[static_cast<std::size_t>(state)];
          most_pulses = std::max<std::uint64_t>(most_pulses, cells.pulses[cell]);
          const bool marked = !job_.write_plan.verify.empty() && job_.write_plan.verify[index][cell] != 0;
          row.marked += marked;
          const double steps = cells.codes[cell] - levels[column] * layer.encoding.grid_per_level;
          const double deviation = steps / span;
          const bool accepted =
              measured ? rules_[at].measured[levels[column]].passes(steps) : std::abs(deviation) <= tolerance;
          if (state == CellState::written) {
            unverified.add(deviation, accepted);
            layer_unverified.add(deviation, accepted);
          } else if (state != CellState::unwritten) {
            const std::uint32_t own = cells.pulses[cell] - 1;  // the first write is none
            count_into(report_.cell_attempts, own);
            ++begun;
            attempts += own;
            row.unconverged += state == CellState::unconverged;
            if (state != CellState::verified) continue;
            ++row.verified;
            verified.add(deviation, accepted);
            layer_verified.add(deviation, accepted);
          }
        }
        row.cells += static_cast<std::int64_t>(cells.codes.size());
      }
      marked_cells += static_cast<std::uint64_t>(row.marked);
      row.attempts = begun > 0 ? static_cast<double>(attempts) / static_cast<double>(begun) : 0;
      row.sigma_verified = layer_verified.sigma();
      row.sigma_unverified = layer_unverified.sigma();
      report_.layers.push_back(row);
    }
    const auto count_of = [&](CellState state) { return static_cast<double>(states[static_cast<std::size_t>(state)]); };
    add("cells", static_cast<double>(std::accumulate(states.begin(), states.end(), std::int64_t{0})));
    add("cells.planned", static_cast<double>(marked_cells));
    add("cells.unwritten", count_of(CellState::unwritten));
    add("cells.written_once", count_of(CellState::written));
    add("cells.verified", count_of(CellState::verified));
    add("cells.unconverged", count_of(CellState::unconverged));
    add("cells.unfinished", count_of(CellState::unfinished));
    if (verified.count > 0) {
      add("residual.verified", verified.sigma());
      add("residual.verified.p99", verified.size_at(0.99));
      add("residual.verified.max", verified.largest);
      add("residual.verified.beyond", static_cast<double>(verified.beyond) / static_cast<double>(verified.count));
    }
    if (unverified.count > 0) {
      add("residual.unverified", unverified.sigma());
      add("residual.unverified.p99", unverified.size_at(0.99));
      add("residual.unverified.max", unverified.largest);
      add("residual.unverified.beyond", static_cast<double>(unverified.beyond) / static_cast<double>(unverified.count));
    }
    add("pulses.cell.max", static_cast<double>(most_pulses));
    const double rated = job_.architecture.device.endurance;
    if (rated > 0) add("endurance.used", static_cast<double>(most_pulses) / rated);
  }

  void add_distribution(const std::string& name, const std::vector<std::uint64_t>& histogram) {
    if (histogram.empty()) return;
    add(name + ".mean", mean(histogram));
    add(name + ".p50", percentile(histogram, 0.50));
    add(name + ".p95", percentile(histogram, 0.95));
    add(name + ".p99", percentile(histogram, 0.99));
    add(name + ".max", static_cast<double>(histogram.size() - 1));
  }

  void add_attempts() {
    report_.row_attempts = result_.counts.row_attempts;
    add_distribution("attempts.cell", report_.cell_attempts);
    add_distribution("attempts.row", report_.row_attempts);
    double spent = 0;
    for (std::size_t value = 0; value < report_.cell_attempts.size(); ++value)
      spent += static_cast<double>(report_.cell_attempts[value]) * static_cast<double>(value);
    const auto everything = static_cast<double>(record_.attempts_of_everything);
    add("nwc", everything > 0 ? spent / everything : 0);
    if (result_.counts.row_attempt_cells > 0)
      add("efficiency.row_parallel",
          static_cast<double>(result_.counts.cell_attempts) / static_cast<double>(result_.counts.row_attempt_cells));
  }

  void add_counters() {
    const device::WriteCounts& c = result_.counts.verify;
    const std::pair<const char*, std::uint64_t> counters[] = {
        {"read_operations", c.read_operations},
        {"set_operations", c.set_operations},
        {"reset_operations", c.reset_operations},
        {"read_bits", c.read_bits},
        {"set_bits", c.set_bits},
        {"reset_bits", c.reset_bits},
        {"success", c.success},
        {"failure", c.failure},
        {"cycles", result_.counts.cycles},
        {"first_writes", result_.counts.first_writes},
        {"verified_rows", result_.counts.verified_rows},
        {"false_pass", c.false_pass},
        {"false_fail", c.false_fail},
    };
    for (const auto& [name, value] : counters)
      add(fmt::format("count.programming.{}", name), static_cast<double>(value));
  }

  void add_facts() {
    const Architecture& a = job_.architecture;
    const auto fact = [&](const char* name, std::string value, const char* doc) {
      report_.facts.push_back({name, std::move(value), doc});
    };
    fact("engine", record_.functional ? (record_.systemc ? "both" : "functional") : "systemc",
         "both: cells, counts and cycles of the two engines compared and found equal");
    fact("seed", fmt::format("{}", job_.draws.seed), "of every random draw");
    fact("instance", fmt::format("{}", job_.draws.instance), "which sampled chip");
    fact("plan", record_.plan, "which cells are verified after every cell was written once");
    if (job_.budget.time)
      fact("budget.time", format_quantity(*job_.budget.time), "no operation starts that would end later");
    if (job_.budget.energy)
      fact("budget.energy", format_quantity(*job_.budget.energy), "no pulses start once so much is spent");
    if (job_.budget.pulses)
      fact("budget.pulses", fmt::format("{}", *job_.budget.pulses), "pulses of single cells, first writes included");
    if (job_.budget.time || job_.budget.limits_pulses())
      fact("budget.spent", result_.budget_spent ? "yes: programming ended early" : "no: everything was written",
           "whether a budget ended programming");
    fact("write.process", choice_text(a.write_controller.process), "what a pulse of write-verify does to a cell");
    add_write_limits();
    fact("device.model", choice_text(a.device.model), "spread of the unverified write");
    if (device::device_law(a.device.model).after_write_verify)
      fact("device.warning",
           fmt::format("the spread of {} was measured after its own write-verify; here it stands for one unverified "
                       "pulse, which makes unverified cells look better than they are",
                       choice_text(a.device.model)),
           "what to know about the device");
    if (const std::string nodes = figures_of_other_nodes(a, energy_table(a), area_table(a)); !nodes.empty())
      fact("technology.figures", nodes, "nothing is scaled between nodes");
  }

  /// How near to its target a cell is accepted.
  void add_write_limits() {
    const Architecture& a = job_.architecture;
    const device::WriteRules& rules = rules_.front();
    if (rules.process == WriteProcess::measured) {
      for (Fact& fact : measured_facts(a, rules)) report_.facts.push_back(std::move(fact));
      return;
    }
    report_.facts.push_back(
        {"write.tolerance", fmt::format("{:.6g} of g_max - g_min", a.write_controller.tolerance * a.device.sigma_scale),
         "a cell is accepted within this of its target; /write_controller/tolerance x /device/sigma_scale"});
    if (rules.process != WriteProcess::fixed_mean && device::verify_reach(rules).matters())
      report_.facts.push_back({"write.verify_step", verify_step_text(rules),
                               "the verify read goes through the shared ADC: 2^(1 - /adc/bits) of the range"});
  }

  const ProgramRecord& record_;
  const ProgramJob& job_;
  const ProgramResult& result_;
  ProgramReport report_;
  ProgramEnergy energy_;
  std::vector<device::WriteRules> rules_;  ///< [plan.layers]
  double seconds_ = 0;
};

}  // namespace

const Metric* ProgramReport::find(std::string_view name) const {
  for (const Metric& metric : metrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

double ProgramReport::value(std::string_view name) const {
  const Metric* metric = find(name);
  NVCIM_CHECK(metric != nullptr, "no metric {}", name);
  return metric->value;
}

std::vector<const Metric*> ProgramReport::family(std::string_view pattern) const {
  std::vector<const Metric*> parts;
  for (const Metric& metric : metrics)
    if (metric.info->name == pattern) parts.push_back(&metric);
  std::stable_sort(parts.begin(), parts.end(), [](const Metric* a, const Metric* b) { return a->value > b->value; });
  return parts;
}

ProgramReport make_program_report(const ProgramRecord& record) {
  return ProgramMetrics(record).build();
}

}  // namespace nvcim::sim
