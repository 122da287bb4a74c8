// SPDX-License-Identifier: Apache-2.0
#include "sim/report/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "arch/conductance_grid.h"
#include "device/level_spread.h"
#include "device/read_noise.h"
#include "sim/report/write_notes.h"

namespace nvcim::sim {
namespace {

template <class E>
const EnumName<E>& entry_of(E value) {
  for (const EnumName<E>& entry : EnumNames<E>::all)
    if (entry.value == value) return entry;
  return EnumNames<E>::all[0];
}

template <class E>
std::string named(E value) {
  const EnumName<E>& entry = entry_of(value);
  return fmt::format("{}: {}", entry.text, entry.doc);
}

/// With per_layer the full scales themselves.
std::string adc_range(const RunRecord& record) {
  const AdcParameters& adc = record.architecture.adc;
  if (adc.range != AdcRange::per_layer) return named(adc.range);
  std::vector<std::string> layers;
  for (const mapping::LayerPlan& layer : record.plan.layers) {
    const std::string& name = record.network.nodes[layer.node].name;
    layers.push_back(fmt::format("{} {}", name, adc.layer_full_scale.at(name)));
  }
  return fmt::format("{}: {} cell levels", entry_of(adc.range).text, fmt::join(layers, ", "));
}

/// One text per distinct encoding; almost always a single one, since layers differ in weight bits only.
std::string kappas(const RunRecord& record) {
  std::set<std::pair<int, double>> distinct;
  for (const mapping::LayerPlan& layer : record.plan.layers)
    distinct.emplace(layer.encoding.weight_bits, kappa(layer.encoding));
  std::string text;
  for (const auto& [bits, value] : distinct)
    text += fmt::format("{}{:.4f}{}", text.empty() ? "" : ", ", value,
                        distinct.size() > 1 ? fmt::format(" ({}-bit weights)", bits) : "");
  return text;
}

/// "0" where none spreads, "0.0577" where every level spreads alike, else "0.0101 to 0.0335, mean 0.0258".
std::string over_levels(const device::LevelSpread& spread, double factor) {
  if (spread.maximum == 0) return "0";
  const std::string least = fmt::format("{:.4f}", factor * spread.minimum);
  const std::string most = fmt::format("{:.4f}", factor * spread.maximum);
  if (least == most) return least;
  return fmt::format("{} to {}, mean {:.4f}, over the levels of a cell", least, most, factor * spread.mean);
}

std::string weight_sigmas(const RunRecord& record) {
  const DeviceParameters& device = record.architecture.device;
  std::set<std::string> texts;
  for (const mapping::LayerPlan& layer : record.plan.layers)
    texts.insert(over_levels(device::programming_spread(device, layer.encoding.max_level), kappa(layer.encoding)));
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::string read_noise_text(const RunRecord& record) {
  const DeviceParameters& device = record.architecture.device;
  if (!device::has_read_noise(device)) return "none";
  const std::string law = named(device.read_noise_model);
  if (device.read_noise_model == ReadNoiseModel::constant)
    return fmt::format("{:g} relative, {}", device.read_noise, law);
  std::set<std::string> texts;
  for (const mapping::LayerPlan& layer : record.plan.layers)
    texts.insert(over_levels(device::read_spread(device, layer.encoding.max_level), 1));
  return fmt::format("{} of the conductance range; {}", fmt::join(texts, "; "), law);
}

/// In the unit that people use for it.
std::string duration(Time time) {
  const double seconds = time.value();
  for (const auto& [unit, length] : {std::pair{"d", 86400.0}, {"h", 3600.0}, {"min", 60.0}})
    if (seconds >= length) return fmt::format("{:.6g} {}", seconds / length, unit);
  return format_si_rounded(seconds, "s");
}

/// How the cells came to what they hold.
std::string programming(const RunRecord& record) {
  if (record.perturbation)
    return fmt::format("{}: every cell holds its target plus a chosen deviation, checked cell by cell",
                       record.perturbation_name);
  if (record.programmed_name.empty()) return "every cell written once, nothing verified";
  const mapping::StateCounts& states = *record.cell_states;
  const double all = std::max(1.0, static_cast<double>(std::accumulate(states.begin(), states.end(), std::int64_t{0})));
  std::string text = record.programmed_name;
  constexpr std::array kWords = {"never written", "written once, unverified", "verified",
                                 "given up at the attempt limit", "with an unfinished write-verify"};
  for (const mapping::CellState state :
       {mapping::CellState::verified, mapping::CellState::unconverged, mapping::CellState::written,
        mapping::CellState::unfinished, mapping::CellState::unwritten}) {
    const auto index = static_cast<std::size_t>(state);
    if (states[index] > 0)
      text += fmt::format("{} {} cells ({:.4g} %) {}", text == record.programmed_name ? ":" : ",", states[index],
                          100 * static_cast<double>(states[index]) / all, kWords[index]);
  }
  return text;
}

}  // namespace

std::string time_since_programming(const DeviceParameters& device) {
  if (device.age.value() == 0) return "";
  if (device.relaxation != RelaxationModel::none)
    return fmt::format("{} at {:.6g} C: relaxation of {}", duration(device.age), device.temperature.value() - 273.15,
                       entry_of(device.relaxation).text);
  if (device.drift != DriftModel::none)
    return fmt::format("{}: drift law of {}", duration(device.age), entry_of(device.model).text);
  return "";
}

double kappa(const mapping::WeightEncoding& encoding) {
  double squares = 0;
  for (const std::int64_t factor : encoding.factor)
    squares += static_cast<double>(factor) * static_cast<double>(factor);
  return std::sqrt(squares) * encoding.max_level / ((1 << (encoding.weight_bits - 1)) - 1);
}

std::vector<Fact> run_facts(const RunRecord& record, const Costs& costs) {
  const Architecture& a = record.architecture;
  const bool both = record.functional_on_cycle_samples != nullptr;
  std::vector<Fact> facts;
  const auto add = [&](const char* name, std::string value, const char* doc) {
    facts.push_back({name, std::move(value), doc});
  };
  add("engine",
      both                ? "both"
      : record.functional ? "functional"
                          : "systemc",
      "functional: batched, all samples; systemc: cycle by cycle, the first samples; both: the two compared bit for "
      "bit");
  add("engines.compared",
      both ? fmt::format("{} samples: sums, codes, outputs and event counts equal",
                         record.cycle->timeline.samples.size())
           : "no: one engine ran",
      "whether the two engines were compared");
  add("seed", fmt::format("{}", record.seed), "of every random draw");
  add("instance", fmt::format("{}", record.instance), "which sampled chip");
  const std::string law_doc = costs.adc_energy_law == entry_of(a.adc.energy_law).text
                                  ? fmt::format(": {}", entry_of(a.adc.energy_law).doc)
                                  : "";
  add("adc.energy_law", costs.adc_energy_law + law_doc, "where energy and area of a conversion come from");
  add("adc.transfer", named(a.adc.model), "the converter's transfer");
  add("adc.range", adc_range(record), "what full scale means");
  add("encoding", named(a.crossbar.encoding), "how a signed weight becomes cells");
  const mapping::WeightEncoding& encoding = record.plan.layers.front().encoding;
  add("cells_per_weight",
      fmt::format("{} ({} slices of {} bits)", encoding.planes(), encoding.slices, encoding.cell_bits),
      "of the first layer");
  add("device.model", record.perturbation ? "takes no part" : named(a.device.model),
      "programming variation, drawn once per instance");
  add("programming", programming(record), "how the cells got their conductances");
  const std::string time = time_since_programming(a.device);
  add("time", time.empty() ? "right after programming" : time, "since programming, and what moved the cells over it");
  if (!record.programmed_name.empty())
    for (Fact& fact : measured_facts(a, device::make_write_rules(a, conductance_grid(a, encoding.weight_bits))))
      facts.push_back(std::move(fact));
  add("variation.kappa", kappas(record),
      "deviation of a weight over max|W|, per unit of the cells' deviation over the conductance range");
  add("variation.sigma", record.perturbation ? "0" : weight_sigmas(record),
      "standard deviation of a weight written once, unverified, in units of max|W|");
  add("read_noise", read_noise_text(record), "of one cell, drawn per read");
  add("wire_resistance",
      a.crossbar.wire_model == WireModel::none
          ? "none"
          : fmt::format("{}, {}", format_quantity(a.crossbar.wire_resistance), named(a.crossbar.wire_model)),
      "what the wires do to the column sums");
  if (!costs.other_nodes.empty()) add("technology.figures", costs.other_nodes, "nothing is scaled between nodes");
  return facts;
}

}  // namespace nvcim::sim
