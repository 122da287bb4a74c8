// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/units.h"
#include "sim/programming/program_energy.h"
#include "sim/studies/run.h"

namespace nvcim::sim {
namespace {

constexpr int kSamples = 32;

/// One way of programming instance 0.
struct Written {
  std::string name;
  double first_write = 0, seconds = 0;
  ProgramEnergy energy;
};

Written write(const SweepRequest& request, const mapping::Plan& plan, const mapping::WritePlan& write_plan,
              std::string name) {
  const ProgramJob job{request.architecture, request.network, plan, write_plan, {request.seed, 0}, {}, {}};
  const ProgramResult result = run_programming(job);
  return {std::move(name), program_seconds(job, result.first_pass_cycles), program_seconds(job, result.cycles),
          program_energy(job, result.counts)};
}

BarChart energy_chart(const std::vector<Written>& ways) {
  BarChart chart{"energy", "J", {}, {}};
  for (const auto& [part, joules] : ways.back().energy.parts) chart.labels.push_back(part);
  for (const Written& way : ways) {
    BarChart::Series& series = chart.series.emplace_back(BarChart::Series{way.name, {}});
    for (const std::string& label : chart.labels) {
      const auto part = std::find_if(way.energy.parts.begin(), way.energy.parts.end(),
                                     [&](const auto& entry) { return entry.first == label; });
      series.values.push_back(part == way.energy.parts.end() ? 0 : part->second);
    }
  }
  return chart;
}

BarChart time_chart(const std::vector<Written>& ways) {
  BarChart chart{"latency", "s", {}, {{"unverified pass", {}}, {"write-verify", {}}}};
  for (const Written& way : ways) {
    chart.labels.push_back(way.name);
    chart.series[0].values.push_back(way.first_write);
    chart.series[1].values.push_back(way.seconds - way.first_write);
  }
  return chart;
}

RunReport inference(const SweepRequest& request) {
  RunRequest run;
  run.architecture = request.architecture;
  run.network = request.network;
  run.data = request.data;
  const int samples = std::min(kSamples, request.data.samples());
  run.data.labels.resize(samples);
  run.data.pixels.resize(static_cast<std::size_t>(samples) * request.data.shape.size());
  run.cycle_samples = std::min(3, samples);
  run.seed = request.seed;
  run.threads = request.threads;
  return report_run(run, run_network(run));
}

BarChart inference_chart(const RunReport& report) {
  BarChart chart{"energy of one inference", "J", {}, {{"energy", {}}}};
  for (const Metric* part : report.family("energy.*")) {
    if (part->value <= 0) continue;
    chart.labels.push_back(part->name.substr(std::string_view("energy.").size()));
    chart.series[0].values.push_back(part->value);
  }
  return chart;
}

BarChart layer_chart(const RunReport& report) {
  BarChart chart{"time of the first sample", "s", {}, {{"from start to end", {}}}};
  for (const LayerRow& layer : report.layers) {
    if (!layer.start || !layer.end) continue;
    chart.labels.push_back(layer.name);
    chart.series[0].values.push_back(*layer.end - *layer.start);
  }
  return chart;
}

LineChart amortised(const std::vector<Written>& ways, double joules_per_inference) {
  LineChart chart{{.title = "inferences", .unit = "", .logarithmic = true},
                  {.title = "energy per inference, programming included", .unit = "J", .logarithmic = true},
                  {}};
  for (std::size_t way = 0; way < ways.size(); ++way) {
    ChartSeries series{.name = ways[way].name, .hue = int(way)};
    for (int tenth = 0; tenth <= 60; tenth += 5) {
      const double inferences = std::pow(10, tenth / 10.0);
      series.points.push_back({inferences, joules_per_inference + ways[way].energy.total / inferences});
    }
    chart.series.push_back(series);
  }
  return chart;
}

PageTable break_even(const std::vector<Written>& ways, double joules_per_inference) {
  PageTable table;
  table.rows = {{"verified", "programming energy", "inferences of the same energy", "latency"}};
  for (const Written& way : ways)
    table.rows.push_back({way.name, format_si_rounded(way.energy.total, "J"),
                          fmt::format("{:.1f}", way.energy.total / joules_per_inference),
                          format_si_rounded(way.seconds, "s")});
  return table;
}

}  // namespace

std::vector<PageSection> breakdown_sections(const SweepRequest& request, const mapping::Plan& plan,
                                            const mapping::WritePlan& chosen, const std::string& chosen_name) {
  const std::vector<Written> ways = {
      write(request, plan, mapping::verify_none(plan), "nothing"),
      write(request, plan, chosen,
            fmt::format("{}, {:.3g} % of the cells", chosen_name, 100 * chosen.verified_share())),
      write(request, plan, mapping::verify_all(plan), "everything")};
  const RunReport run = inference(request);
  const double joules = run.known_energy().value;
  return {{"What programming spends", "Instance 0, with so much verified.", {energy_chart(ways), time_chart(ways)}},
          {"What an inference spends",
           fmt::format("Instance 0, nothing verified: {} and {} per inference; layers overlap in time.",
                       format_si_rounded(joules, "J"), format_si_rounded(run.value("latency.inference"), "s")),
           {inference_chart(run), layer_chart(run)}},
          {"Break-even",
           "Programming is paid once, inferences again and again.",
           {amortised(ways, joules), break_even(ways, joules)}}};
}

}  // namespace nvcim::sim
