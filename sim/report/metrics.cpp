// SPDX-License-Identifier: Apache-2.0
#include "sim/report/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "arch/check.h"
#include "arch/units.h"

namespace nvcim::sim {
namespace {

constexpr double kLeastPercent = 0.001;  // a ratio below it is told in ppm

constexpr std::string_view kCycle = "SystemC cycle model, first sample of the cycle run";
constexpr std::string_view kInstances = "`nvcim mc`: functional engine, one programmed chip per instance";
constexpr std::string_view kCounts =
    "event counts of the engine times the architecture's energy table (arch/events.h, /energy); `nvcim check` lists "
    "the table";

constexpr std::string_view kProgramming = "programming engine (sim/programming), /write_controller of the architecture";
constexpr std::string_view kCells = "cells of the programmed chip, right after programming";

constexpr std::array kRegistry = {
    MetricInfo{"accuracy", "fraction", "share of the samples that the programmed chip classifies correctly",
               "correct predictions / samples; the predicted class is the largest output, the lowest index on a tie",
               "outputs of the functional engine, or of the SystemC engine when it ran alone"},
    MetricInfo{"accuracy.low", "fraction",
               "lower end of the 95 % confidence interval of accuracy over the choice of samples",
               "Wilson score interval of accuracy with accuracy.samples trials", "Wilson, JASA 22 (1927)"},
    MetricInfo{"accuracy.high", "fraction",
               "upper end of the 95 % confidence interval of accuracy over the choice of samples",
               "Wilson score interval of accuracy with accuracy.samples trials", "Wilson, JASA 22 (1927)"},
    MetricInfo{"accuracy.samples", "count", "samples behind accuracy", "samples run", "--samples"},
    MetricInfo{"accuracy.reference", "fraction",
               "accuracy of the quantised network in exact integer arithmetic, without a chip, on the same samples",
               "correct predictions of the reference / samples", "workloads/reference.h"},
    MetricInfo{"accuracy.agreement", "fraction",
               "share of the samples that the chip and the reference give the same class",
               "equal predictions / samples", "engine outputs and workloads/reference.h"},
    MetricInfo{"accuracy.float", "fraction", "accuracy of the network before quantisation on its whole test set",
               "stored with the network when it was trained", "the network's model file"},
    MetricInfo{"accuracy.mean", "fraction", "mean accuracy of programmed instances",
               "sum of the instances' accuracies / instances; interval: Student's t, 95 %", kInstances},
    MetricInfo{"accuracy.std", "fraction", "standard deviation of accuracy over programmed instances",
               "square root of the squared deviations from accuracy.mean / (instances - 1)", kInstances},
    MetricInfo{"accuracy.min", "fraction", "lowest accuracy of all programmed instances", "minimum", kInstances},
    MetricInfo{"accuracy.median", "fraction", "median accuracy of programmed instances",
               "as accuracy.kpp.* at 50 %; interval 95 %", kInstances},
    MetricInfo{"accuracy.kpp.*", "fraction", "k-th percentile performance: k % of the instances do not exceed it",
               "k/100 quantile, Hyndman and Fan's definition 8; interval: fractional order statistics, 95 %, "
               "distribution-free (Hutson 1999); it needs ln(0.025) / ln(1 - k/100) instances",
               kInstances},
    MetricInfo{"accuracy.yield.*", "fraction", "share of the instances that reach an accuracy, in %",
               "instances at or above it / instances; interval: Wilson score, 95 %", kInstances},
    MetricInfo{"accuracy.worst_case", "fraction",
               "accuracy with the worst deviations that a search found within the bound of every cell",
               "correct samples / samples of the chip whose cells hold target + deviation; an upper bound of the true "
               "worst case",
               "batched engine; nvcim worst-case"},
    MetricInfo{"perturbation.bound", "fraction", "largest deviation that the bound allows a verified cell",
               "given; of g_max - g_min", "the perturbation file or --bound"},
    MetricInfo{"perturbation.largest", "fraction", "largest deviation of a verified cell from its target",
               "max |code - target| / grid steps of g_max - g_min, checked cell by cell", "mapping/perturbation.h"},
    MetricInfo{"perturbation.bound.loose", "fraction", "the same bound of the cells that are not verified",
               "given; of g_max - g_min", "the perturbation file or --loose-bound"},
    MetricInfo{"perturbation.largest.loose", "fraction",
               "largest deviation of a cell that is not verified from its target",
               "max |code - target| / grid steps of g_max - g_min, checked cell by cell", "mapping/perturbation.h"},
    MetricInfo{"latency.inference", "s",
               "first bit of the image leaving external memory to the last bit of the result reaching it",
               "(last_output - first_input) of the first sample / clock; nothing else is in the machine ahead of it",
               kCycle},
    MetricInfo{"latency.inference.cycles", "count", "latency.inference in cycles of the chip's clock",
               "last_output - first_input of the first sample", kCycle},
    MetricInfo{"latency.layer.*", "s", "time in which a layer works on the first sample",
               "(last output of the layer - start of its first MVM or pooling) / clock; layers overlap, so these do "
               "not sum to latency.inference",
               kCycle},
    MetricInfo{
        "interval.inference", "s", "time between the results of successive samples in the filled pipeline",
        "(last output of the last sample - last output of the second) / (samples - 2) / clock; with two samples the "
        "distance of their last outputs; with one sample latency.inference",
        "SystemC cycle model, samples of the cycle run"},
    MetricInfo{"throughput.inference", "1/s", "inferences per second in the filled pipeline", "1 / interval.inference",
               "SystemC cycle model, samples of the cycle run"},
    MetricInfo{"energy.inference", "J", "energy of one inference, mean over the samples",
               "sum of energy.<component> = sum over events of count x energy, + energy.static", kCounts},
    MetricInfo{"energy.dynamic", "J", "energy of the events of one inference", "energy.inference - energy.static",
               kCounts},
    MetricInfo{
        "energy.static", "J", "static power during one inference of the filled pipeline",
        "power.static x interval.inference; like energy.inference left out when static power is drawn and the cycle "
        "model did not run",
        "/static_power of the architecture"},
    MetricInfo{"energy.layer.*", "J", "dynamic energy of one layer in one inference",
               "sum over the layer's events of count x energy; all layers, the input and energy.static sum to "
               "energy.inference",
               kCounts},
    MetricInfo{
        "energy.*", "J", "dynamic energy of one component in one inference",
        "sum over the component's events of count x energy; all components and energy.static sum to energy.inference",
        kCounts},
    MetricInfo{"power.average", "W", "mean power of the chip in the filled pipeline",
               "energy.inference / interval.inference", "energy table and SystemC cycle model"},
    MetricInfo{"power.static", "W", "power drawn whether or not the chip works",
               "sum of /static_power over the components", "component table of the architecture (arch/components.h)"},
    MetricInfo{"power.peak", "W", "power with every unit busy in every cycle",
               "static power + sum over units of energy per event x events per second at full rate",
               "component table of the architecture (arch/components.h)"},
    MetricInfo{"area.chip", "m^2", "area of the whole chip, used or not", "sum of area.<component>",
               "component table of the architecture (arch/components.h)"},
    MetricInfo{"area.*", "m^2", "area of one kind of component over the whole chip",
               "number of instances x area of one", "component table of the architecture (arch/components.h)"},
    MetricInfo{"macs.inference", "count", "multiply-accumulates of one inference",
               "sum over MVM layers of rows x outputs x positions", "the network"},
    MetricInfo{"tops", "TOPS", "useful operations per second in the filled pipeline, a multiply-accumulate being two",
               "2 x macs.inference x throughput.inference / 1e12", "the network and the SystemC cycle model"},
    MetricInfo{"tops_per_watt", "TOPS/W", "useful operations per joule", "2 x macs.inference / energy.inference / 1e12",
               "the network and the energy table"},
    MetricInfo{"tops_per_mm2", "TOPS/mm^2", "useful operations per second and area", "tops / area.chip",
               "tops and area.chip"},
    MetricInfo{"utilization.crossbar", "fraction", "cells that hold a weight or an offset, of the crossbars in use",
               "cells used / (crossbars.used x rows x columns)", "mapping/plan.h"},
    MetricInfo{"utilization.chip", "fraction", "crossbars in use, of the crossbars on the chip",
               "crossbars.used / crossbars.available", "mapping/plan.h"},
    MetricInfo{"crossbars.used", "count", "crossbars that hold weights", "count of the floor plan", "mapping/plan.h"},
    MetricInfo{"crossbars.available", "count", "crossbars on the chip",
               "/chip/mesh_rows x /chip/mesh_columns x /tile/crossbars", "the architecture"},
    MetricInfo{"tiles.used", "count", "tiles that hold weights", "count of the floor plan", "mapping/plan.h"},
    MetricInfo{"busy.*", "fraction",
               "mean share of the cycle run in which units of this kind work, over the units that work at all",
               "sum of busy cycles / (units x total cycles)", "SystemC cycle model, whole cycle run"},
    MetricInfo{"stall.*", "fraction",
               "mean share of the cycle run in which units of this kind have work but wait for another unit",
               "sum of stall cycles / (units x total cycles)", "SystemC cycle model, whole cycle run"},
    MetricInfo{"conversions.full_scale", "fraction",
               "share of the conversions that gave the ADC's outermost code: a sum beyond it is lost, so much of it "
               "costs accuracy",
               "conversions with the highest code, or the lowest of a bipolar ADC / all; widen /adc/range, or give "
               "/adc/bits more",
               "SystemC cycle model, whole cycle run"},
    MetricInfo{"latency.programming", "s", "time to program the chip, from the first target leaving external memory",
               "cycles until the last write controller ended / clock", kProgramming},
    MetricInfo{"latency.programming.cycles", "count", "latency.programming in cycles of the chip's clock",
               "cycles until the last write controller ended", kProgramming},
    MetricInfo{"latency.programming.first_write", "s", "time until every cell had its unverified write",
               "cycles until the last tile's first pass ended / clock; left out when the budget ended it before",
               kProgramming},
    MetricInfo{"busy.programming", "fraction", "mean share of the programming time in which write controllers work",
               "busy cycles / cycles of programming, mean over the tiles used", kProgramming},
    MetricInfo{"energy.programming", "J", "energy of programming the chip, without static power",
               "sum of energy.programming.*: counts x energy, pulses by V^2 t (G before + G after) / 2",
               "event counts of programming, the energy table, and the pulses' ramp (law of MLP+NeuroSim)"},
    MetricInfo{"energy.programming.*", "J", "part of the programming energy",
               "pulses.*: V^2 t (G before + G after) / 2; half_selected: (V/2)^2 t G of the cells beside them; the "
               "others: sum over the component's events of count x energy; all sum to energy.programming",
               "event counts of programming and the energy table"},
    MetricInfo{"power.programming", "W", "mean power while the chip is programmed",
               "energy.programming / latency.programming", kProgramming},
    MetricInfo{"nwc", "fraction",
               "normalised write cycles: write-verify attempts spent, of those of verifying every cell",
               "sum over cells of their attempts / the same when every cell of this instance is verified without a "
               "budget; the first, unverified write is not counted",
               "SWIM, Yan et al., DAC 2022"},
    MetricInfo{"cells", "count", "cells of the chip that hold a weight or an offset",
               "sum over blocks of rows x columns", "mapping/plan.h"},
    MetricInfo{"cells.planned", "count", "cells that the plan wants verified", "count of the plan's marks", "--plan"},
    MetricInfo{"cells.unwritten", "count", "cells that were never written: the budget ended before", "count", kCells},
    MetricInfo{"cells.written_once", "count", "cells with one unverified write, whether or not the plan wanted more",
               "count", kCells},
    MetricInfo{"cells.verified", "count", "cells that passed their verify read", "count", kCells},
    MetricInfo{"cells.unconverged", "count", "cells given up at the attempt limit", "count", kCells},
    MetricInfo{"cells.unfinished", "count", "cells whose write-verify the budget ended", "count", kCells},
    MetricInfo{"attempts.cell.mean", "count", "mean attempts of a cell whose write-verify began",
               "sum of attempts / cells; a cell that is in tolerance at its first read took none", kCells},
    MetricInfo{"attempts.cell.*", "count", "percentile or maximum of the attempts of a cell whose write-verify began",
               "smallest number that 50, 95, 99 % of the cells do not exceed; max: the largest", kCells},
    MetricInfo{"attempts.row.mean", "count", "mean attempts of a row: pulses up to and with the verify that follows",
               "sum of attempts / rows with verified cells; a row ends with its slowest cell", kProgramming},
    MetricInfo{"attempts.row.*", "count", "percentile or maximum of the attempts of a row",
               "smallest number that 50, 95, 99 % of the rows do not exceed; max: the largest", kProgramming},
    MetricInfo{"efficiency.row_parallel", "fraction", "share of its row's attempts that a verified cell needed itself",
               "sum over rows of the cells' attempts / sum over rows of row attempts x verified cells", kProgramming},
    MetricInfo{"residual.verified", "fraction", "deviation of verified cells from their targets, of g_max - g_min",
               "square root of the mean square of (code - target) / range", kCells},
    MetricInfo{"residual.unverified", "fraction",
               "deviation of cells written once from their targets, of g_max - g_min",
               "square root of the mean square of (code - target) / range", kCells},
    MetricInfo{
        "residual.verified.*", "fraction", "tail of the deviation of verified cells",
        "p99: 99 % of the cells are no farther off; max: the farthest; beyond: share outside the tolerance (they "
        "passed a noisy or coarse read)",
        kCells},
    MetricInfo{"residual.unverified.*", "fraction", "tail of the deviation of cells written once",
               "p99: 99 % of the cells are no farther off; max: the farthest; beyond: share outside the tolerance",
               kCells},
    MetricInfo{"pulses.cell.max", "count", "most pulses that a cell took", "first write and attempts", kCells},
    MetricInfo{"endurance.used", "ratio", "share of the rated endurance that the most used cell has spent",
               "pulses.cell.max / /device/endurance", "/device/endurance"},
    MetricInfo{
        "count.programming.*", "count",
        "counter of the write controllers: operations on rows, bits are cells read or pulsed in them, success and "
        "failure are cells, cycles those in which a controller worked",
        "sum over the tiles", kProgramming},
    MetricInfo{"count.*", "count", "events of this kind in one inference, mean over the samples",
               "count over all samples / samples", "engine; arch/events.h says what one event is"},
};

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return name.size() > pattern.size() && name.starts_with(pattern);
  }
  return pattern == name;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string grouped(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) digits.insert(at, ",");
  return digits;
}

}  // namespace

std::span<const MetricInfo> metric_registry() {
  return kRegistry;
}

const MetricInfo* find_metric(std::string_view name) {
  const MetricInfo* best = nullptr;
  for (const MetricInfo& info : kRegistry) {
    if (info.name == name) return &info;
    if (matches(info.name, name) && (best == nullptr || info.name.size() > best->name.size())) best = &info;
  }
  return best;
}

nlohmann::ordered_json metric_json(std::string_view name, double value) {
  const MetricInfo* info = find_metric(name);
  NVCIM_CHECK(info != nullptr, "{} is not registered", name);
  return {{"value", value}, {"unit", info->unit}, {"doc", info->doc}};
}

std::vector<std::string> similar_metrics(std::string_view name, std::size_t limit) {
  std::vector<std::pair<std::size_t, std::string>> scored;
  for (const MetricInfo& info : kRegistry) {
    const bool part = info.name.find(name) != std::string_view::npos;
    scored.emplace_back(part ? 0 : edit_distance(name, info.name), info.name);
  }
  std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(limit, scored.size()); ++i) names.push_back(scored[i].second);
  return names;
}

std::string format_metric(double value, std::string_view unit) {
  if (unit == "fraction") return fmt::format("{:.2f} %", 100 * value);
  // A share that may be tiny or above one.
  if (unit == "ratio" && value > 0 && value < kLeastPercent) return fmt::format("{:.4g} ppm", 1e6 * value);
  if (unit == "ratio") return fmt::format("{:.4g} %", 100 * value);
  if (unit == "1/s") return (value >= 100 ? grouped(value) : fmt::format("{:.4g}", value)) + " /s";
  if (unit == "count")
    return value == std::floor(value) || value >= 1e4 ? grouped(value) : fmt::format("{:.6g}", value);
  if (unit.starts_with("TOPS"))
    return value >= 1e-3 ? fmt::format("{:.4g} {}", value, unit)
                         : format_si_rounded(1e12 * value, "OPS") + std::string(unit.substr(4));
  return format_si_rounded(value, unit);
}

}  // namespace nvcim::sim
