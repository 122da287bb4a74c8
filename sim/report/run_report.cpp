// SPDX-License-Identifier: Apache-2.0
#include "sim/report/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "arch/check.h"
#include "sim/report/facts.h"
#include "sim/report/timing.h"
#include "sim/stats/proportion.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::sim {
namespace {

/// Names of the rows of EventCounts: "input" and one per node, each once.
std::vector<std::string> row_names(const workloads::Network& network) {
  std::vector<std::string> names = {"input"};
  std::set<std::string> taken = {"input"};
  for (const workloads::Node& node : network.nodes) {
    std::string name = node.name.empty() ? "layer" : node.name;
    for (int number = 2; !taken.insert(name).second; ++number) name = fmt::format("{}#{}", node.name, number);
    names.push_back(name);
  }
  return names;
}

std::string kind_of(const workloads::Node& node) {
  if (node.is_mvm()) return node.mvm.is_linear ? "linear" : "convolution";
  return workloads::operator_of(node).report_name();
}

class RunMetrics {
 public:
  RunMetrics(const RunRecord& record, const Costs& costs) : record_(record), costs_(costs) {
    report_.architecture = record.architecture.name;
    report_.description = record.architecture.chip.description;
    report_.network = record.network.name;
    report_.data = record.data;
    report_.chip = record.programmed_name;
    report_.seed = record.seed;
    report_.time = time_since_programming(record.architecture.device);
    report_.samples = result().codes.empty()
                          ? static_cast<int>(result().predicted.size())
                          : static_cast<int>(result().codes.size() / std::size_t(record_.network.classes()));
    report_.cycle_samples = record.cycle ? static_cast<int>(record.cycle->timeline.samples.size()) : 0;
    report_.compared = record.functional_on_cycle_samples != nullptr;
  }

  RunReport build() {
    check_engines();
    add_layers();
    add("samples", report_.samples);
    add("samples.cycle", report_.cycle_samples);
    add_accuracy();
    add_times();
    add_energy();
    add_area();
    add_mapping();
    if (record_.perturbation) add_perturbation();
    if (record_.cell_states) add_cell_states();
    if (record_.programming) {
      add("latency.programming", record_.programming->seconds);
      add("energy.programming", record_.programming->joules);
    }
    add_counts();
    report_.facts = run_facts(record_, costs_);
    sort_metrics();
    check_run_report(report_);
    return std::move(report_);
  }

 private:
  const InferenceResult& result() const {
    NVCIM_CHECK(record_.functional || record_.cycle, "no engine ran");
    return record_.functional ? *record_.functional : record_.cycle->inference;
  }

  void add(std::string name, double value) {
    const MetricInfo* info = find_metric(name);
    NVCIM_CHECK(info != nullptr, "metric {} is not in the registry", name);
    report_.metrics.push_back({std::move(name), value, info});
  }

  void check_engines() {
    if (!record_.functional_on_cycle_samples) return;
    NVCIM_CHECK(record_.cycle != nullptr, "nothing to compare with");
    const EventCounts& functional = *record_.functional_on_cycle_samples;
    const EventCounts& cycle = record_.cycle->inference.counts;
    NVCIM_CHECK(functional.rows() == cycle.rows(), "{} and {} rows", functional.rows(), cycle.rows());
    for (std::size_t row = 0; row < functional.rows(); ++row)
      for (const EventInfo& info : kEventInfo)
        NVCIM_CHECK(functional.of(row, info.event) == cycle.of(row, info.event),
                    "{} of row {}: functional {}, SystemC {}", info.name, row, functional.of(row, info.event),
                    cycle.of(row, info.event));
  }

  void add_layers() {
    const std::vector<std::string> names = row_names(record_.network);
    report_.layers.push_back({.name = names[0], .kind = "input", .start = {}, .end = {}});
    for (std::size_t node = 0; node < record_.network.nodes.size(); ++node) {
      const workloads::Node& described = record_.network.nodes[node];
      LayerRow row{.name = names[node + 1], .kind = kind_of(described), .start = {}, .end = {}};
      if (described.is_mvm()) {
        const mapping::LayerPlan& layer = record_.plan.layers[record_.plan.layer_of_node[node]];
        std::set<int> crossbars;
        for (const int block : layer.blocks) crossbars.insert(record_.plan.blocks[block].crossbar);
        row.macs = described.macs();
        row.crossbars = static_cast<int>(crossbars.size());
        row.copies = layer.copies;
        row.row_blocks = layer.row_blocks;
        row.column_blocks = layer.column_blocks;
      }
      report_.layers.push_back(row);
    }
  }

  void add_accuracy() {
    if (record_.labels.empty()) return;
    const std::vector<int>& predicted = result().predicted;
    const std::size_t samples = predicted.size();
    NVCIM_CHECK(samples > 0 && record_.labels.size() >= samples && record_.reference_predicted.size() >= samples,
                "{} predictions, {} labels, {} references", samples, record_.labels.size(),
                record_.reference_predicted.size());
    std::int64_t correct = 0, reference = 0, equal = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      correct += predicted[i] == record_.labels[i];
      reference += record_.reference_predicted[i] == record_.labels[i];
      equal += predicted[i] == record_.reference_predicted[i];
    }
    const double n = static_cast<double>(samples);
    const Interval interval = wilson_interval(correct, static_cast<std::int64_t>(samples));
    add("accuracy", static_cast<double>(correct) / n);
    report_.metrics.back().low = interval.low;
    report_.metrics.back().high = interval.high;
    add("accuracy.samples", n);
    add("accuracy.reference", static_cast<double>(reference) / n);
    add("accuracy.agreement", static_cast<double>(equal) / n);
    if (record_.network.float_accuracy >= 0) add("accuracy.float", record_.network.float_accuracy);
  }

  void add_times() {
    if (!record_.cycle) return;
    const Timeline& timeline = record_.cycle->timeline;
    const double cycle = 1 / record_.architecture.chip.clock.value();
    const SampleTimes times = sample_times(timeline);
    if (record_.architecture.adc.model != AdcModel::ideal)
      add("conversions.full_scale", static_cast<double>(timeline.at_full_scale) /
                                        static_cast<double>(std::max<std::uint64_t>(
                                            1, record_.cycle->inference.counts.total(Event::adc_conversion))));
    add("latency.inference", static_cast<double>(times.latency_cycles) * cycle);
    add("latency.inference.cycles", static_cast<double>(times.latency_cycles));
    interval_ = times.interval_cycles * cycle;
    add("interval.inference", interval_);
    add("throughput.inference", 1 / interval_);
    NVCIM_CHECK(timeline.layers.size() == record_.network.nodes.size(), "{} layers", timeline.layers.size());
    for (std::size_t node = 0; node < timeline.layers.size(); ++node) {
      const Timeline::Layer& layer = timeline.layers[node];
      LayerRow& row = report_.layers[node + 1];
      const std::uint64_t origin = timeline.samples.front().first_input;
      NVCIM_CHECK(origin <= layer.first_start && layer.first_start <= layer.last_end, "{}: {} {} {}", row.name, origin,
                  layer.first_start, layer.last_end);
      row.start = static_cast<double>(layer.first_start - origin) * cycle;
      row.end = static_cast<double>(layer.last_end - origin) * cycle;
      add("latency.layer." + row.name, static_cast<double>(layer.last_end - layer.first_start) * cycle);
    }
    report_.units = unit_rows(timeline);
    for (const UnitKind& kind : unit_kinds(timeline)) {
      add("busy." + kind.name, kind.busy);
      add("stall." + kind.name, kind.stall);
    }
  }

  void add_energy() {
    const EventCounts& counts = result().counts;
    NVCIM_CHECK(counts.rows() == report_.layers.size(), "{} rows, {} layers", counts.rows(), report_.layers.size());
    const double samples = report_.samples;
    std::map<std::string, double> by_component;
    double dynamic = 0;
    NVCIM_CHECK(costs_.energy.size() == counts.rows(), "{} energy tables", costs_.energy.size());
    for (std::size_t row = 0; row < counts.rows(); ++row)
      for (const Costs::EnergyLine& line : costs_.energy[row]) {
        const double joules = static_cast<double>(counts.of(row, line.event)) * line.joules / samples;
        by_component[line.component] += joules;
        report_.layers[row].energy += joules;
        dynamic += joules;
      }
    const double static_power = total(costs_.static_power);
    const double static_energy = static_power * interval_;
    const double energy = dynamic + static_energy;
    // Without the cycle model nobody knows for how long static power is drawn: no total then, rather than a wrong one.
    const bool total_known = interval_ > 0 || static_power == 0;
    if (total_known) add("energy.inference", energy);
    add("energy.dynamic", dynamic);
    if (total_known) add("energy.static", static_energy);
    for (const auto& [name, joules] : by_component) add("energy." + name, joules);
    for (const LayerRow& layer : report_.layers) add("energy.layer." + layer.name, layer.energy);
    if (interval_ > 0) add("power.average", energy / interval_);
    add("power.static", static_power);
    add("power.peak", costs_.peak_power);

    const double macs = static_cast<double>(record_.network.macs());
    add("macs.inference", macs);
    if (interval_ > 0) add("tops", 2e-12 * macs / interval_);
    if (total_known && energy > 0) add("tops_per_watt", 2e-12 * macs / energy);
    const double area = total(costs_.area);
    if (interval_ > 0 && area > 0) add("tops_per_mm2", 2e-12 * macs / interval_ / (area * 1e6));
  }

  void add_area() {
    add("area.chip", total(costs_.area));
    for (const auto& [name, area] : costs_.area) add("area." + name, area);
  }

  void add_mapping() {
    const Architecture& architecture = record_.architecture;
    const mapping::Plan& plan = record_.plan;
    const int available = architecture.chip.tiles() * architecture.tile.crossbars;
    add("utilization.crossbar", plan.utilization);
    add("utilization.chip", static_cast<double>(plan.crossbars_used) / available);
    add("crossbars.used", plan.crossbars_used);
    add("crossbars.available", available);
    add("crossbars.idle", plan.tiles_used * architecture.tile.crossbars - plan.crossbars_used);
    add("tiles.used", plan.tiles_used);
    report_.mesh_rows = architecture.chip.mesh_rows;
    report_.mesh_columns = architecture.chip.mesh_columns;
    report_.crossbars_per_tile = architecture.tile.crossbars;
    report_.crossbar_rows = architecture.crossbar.rows;
    report_.crossbar_columns = architecture.crossbar.columns;
    for (const mapping::Block& block : plan.blocks)
      report_.floor_plan.push_back({.tile = plan.tile_of_crossbar(block.crossbar),
                                    .crossbar = block.crossbar % plan.crossbars_per_tile,
                                    .layer = block.node + 1,
                                    .row = block.crossbar_row,
                                    .column = block.crossbar_column,
                                    .rows = block.rows,
                                    .columns = block.columns});
  }

  void add_perturbation() {
    const mapping::Perturbation& perturbation = *record_.perturbation;
    const mapping::PerturbationExtent extent =
        mapping::measure_extent(record_.architecture, record_.network, record_.plan, perturbation);
    NVCIM_CHECK(extent.past_bound == 0 && extent.past_range == 0, "{} cells past their bound, {} past their range",
                extent.past_bound, extent.past_range);
    add("perturbation.bound", perturbation.tight);
    add("perturbation.largest", extent.largest_tight);
    if (extent.loose_cells == 0) return;
    add("perturbation.bound.loose", perturbation.loose);
    add("perturbation.largest.loose", extent.largest_loose);
  }

  void add_cell_states() {
    const mapping::StateCounts& states = *record_.cell_states;
    const auto count = [&](mapping::CellState state) {
      return static_cast<double>(states[static_cast<std::size_t>(state)]);
    };
    add("cells", static_cast<double>(std::accumulate(states.begin(), states.end(), std::int64_t{0})));
    add("cells.unwritten", count(mapping::CellState::unwritten));
    add("cells.written_once", count(mapping::CellState::written));
    add("cells.verified", count(mapping::CellState::verified));
    add("cells.unconverged", count(mapping::CellState::unconverged));
    add("cells.unfinished", count(mapping::CellState::unfinished));
  }

  void add_counts() {
    for (const EventInfo& info : kEventInfo)
      add(fmt::format("count.{}", info.name), static_cast<double>(result().counts.total(info.event)) / report_.samples);
  }

  /// Registry order, so that a reader finds key figures first; a family keeps the order it was added in.
  void sort_metrics() {
    std::stable_sort(report_.metrics.begin(), report_.metrics.end(),
                     [](const Metric& a, const Metric& b) { return a.info < b.info; });
  }

  const RunRecord& record_;
  const Costs& costs_;
  RunReport report_;
  double interval_ = 0;  ///< s; 0 when the cycle model did not run
};

void check_sum(const RunReport& report, const std::string& what, double sum, double whole) {
  NVCIM_CHECK(std::abs(sum - whole) <= 1e-9 * std::abs(whole), "{} of {}: parts {} and total {}", what, report.network,
              sum, whole);
}

}  // namespace

const Metric* RunReport::find(std::string_view name) const {
  for (const Metric& metric : metrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

const Metric& RunReport::known_energy() const {
  const Metric* total = find("energy.inference");
  return total ? *total : *find("energy.dynamic");
}

double RunReport::value(std::string_view name) const {
  const Metric* metric = find(name);
  NVCIM_CHECK(metric != nullptr, "no metric {}", name);
  return metric->value;
}

std::vector<const Metric*> RunReport::family(std::string_view pattern) const {
  std::vector<const Metric*> parts;
  for (const Metric& metric : metrics)
    if (metric.info->name == pattern) parts.push_back(&metric);
  std::stable_sort(parts.begin(), parts.end(), [](const Metric* a, const Metric* b) { return a->value > b->value; });
  return parts;
}

void check_run_report(const RunReport& report) {
  std::set<std::string_view> names;
  for (const Metric& metric : report.metrics) {
    NVCIM_CHECK(names.insert(metric.name).second, "{} is there twice", metric.name);
    NVCIM_CHECK(std::isfinite(metric.value) && metric.value >= 0, "{} is {}", metric.name, metric.value);
    NVCIM_CHECK(metric.info->unit != "fraction" || metric.value <= 1, "{} is {}", metric.name, metric.value);
  }
  const auto sum_of = [&](std::string_view pattern) {
    double sum = 0;
    for (const Metric* part : report.family(pattern)) sum += part->value;
    return sum;
  };
  const double dynamic = report.value("energy.dynamic");
  check_sum(report, "energy by component", sum_of("energy.*"), dynamic);
  check_sum(report, "energy by layer", sum_of("energy.layer.*"), dynamic);
  if (report.find("energy.inference"))
    check_sum(report, "dynamic and static energy", dynamic + report.value("energy.static"),
              report.value("energy.inference"));
  check_sum(report, "area", sum_of("area.*"), report.value("area.chip"));
  std::int64_t macs = 0;
  for (const LayerRow& layer : report.layers) macs += layer.macs;
  check_sum(report, "MACs", static_cast<double>(macs), report.value("macs.inference"));
}

RunReport make_run_report(const RunRecord& record, const Costs& costs) {
  return RunMetrics(record, costs).build();
}

}  // namespace nvcim::sim
