// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "arch/check.h"
#include "arch/cost/adc_laws/adc_law.h"

namespace nvcim {
namespace {

struct NeuroSimNode {
  int nanometre;
  double a, c, d;
  double exponent;  ///< of the column resistance, times log10
};
// DNN+NeuroSim, SarADC, LSTP. 32 nm has its own exponent.
constexpr std::array<NeuroSimNode, 13> kNeuroSimNodes = {{{130, 8.4483, 65.243, .169380, 2.303},
                                                          {90, 5.9869, 37.462, .144323, 2.303},
                                                          {65, 3.7506, 25.844, .121272, 2.303},
                                                          {45, 2.1691, 16.693, .100225, 2.303},
                                                          {32, 1.1294, 8.8998, .079449, 2.297},
                                                          {22, .538, 4.3753, .072341, 2.303},
                                                          {14, .3132, 2.5681, .061085, 2.303},
                                                          {10, .1823, 1.5073, .051580, 2.303},
                                                          {7, .1061, .8847, .043555, 2.303},
                                                          {5, .0645, .5511, .0388, 2.303},
                                                          {3, .0333, .2849, .0388, 2.303},
                                                          {2, .0207, .1764, .0313, 2.303},
                                                          {1, .0101, .0843, .0288, 2.303}}};

const NeuroSimNode* neurosim_node(Length node) {
  const double nanometre = node.value() * 1e9;
  for (const NeuroSimNode& entry : kNeuroSimNodes)
    if (std::abs(nanometre - entry.nanometre) < 1e-6 * entry.nanometre) return &entry;
  return nullptr;
}

/// Of one conversion, at every node.
Time neurosim_time(const Architecture& a) {
  return from_si<Time>((a.adc.bits + 1) * 1e-9);
}

Energy neurosim_energy(const Architecture& a) {
  const NeuroSimNode* entry = neurosim_node(a.chip.technology);
  NVCIM_CHECK(entry != nullptr, "node {}", format_quantity(a.chip.technology));
  const double fixed = (entry->a * a.adc.bits + entry->c) * 1e-6;
  const double column = entry->d * (a.crossbar.read_voltage.value() / 0.5) *
                        std::exp(-entry->exponent * std::log10(a.adc.column_resistance.value()));
  const double watt = (fixed + column) * (1 + 1.3e-3 * (a.chip.temperature.value() - 300));
  return from_si<Power>(watt) * neurosim_time(a);
}

std::vector<Contradiction> check_neurosim(const Architecture& a, const AdcLawUse& use) {
  std::vector<Contradiction> found;
  if (use.for_energy && neurosim_node(a.chip.technology) == nullptr) {
    std::string nodes;
    for (const NeuroSimNode& node : kNeuroSimNodes)
      nodes += fmt::format("{}{}", nodes.empty() ? "" : ", ", node.nanometre);
    found.push_back({{"/adc/energy_law", "/chip/technology"},
                     fmt::format("neurosim_sar is known for {} nm, not /chip/technology = {}; {}", nodes,
                                 format_quantity(a.chip.technology), use.instead)});
  }
  const Time time = neurosim_time(a);
  if (use.for_energy && (a.adc.sample_rate * time).value() > 1 + 1e-9)
    found.push_back(
        {{"/adc/sample_rate", "/adc/energy_law"},
         fmt::format("{} is faster than the {} that /adc/energy_law = neurosim_sar takes for {} bits; at most {}",
                     format_quantity(a.adc.sample_rate), format_si_rounded(time.value(), "s"), a.adc.bits,
                     format_si_rounded(1 / time.value(), "Hz"))});
  if (use.for_area)
    found.push_back(
        {{"/adc/energy_law", "/area/adc"}, "neurosim_sar gives no area: /area/adc is needed, e.g. \"1200 um^2\""});
  return found;
}

}  // namespace

/// DNN+NeuroSim's SAR fit to circuit simulations, LSTP process. A conversion takes (bits + 1) ns at every node.
const AdcLaw adc_laws::neurosim_sar = {
    .source = "DNN+NeuroSim SarADC, LSTP fit",
    .check = check_neurosim,
    .conversion = neurosim_energy,
    .area = nullptr,
    .formula =
        [](const Architecture& a) {
          return fmt::format(
              "((a b + c) 1e-6 + d (V/0.5) / R) (1 + 1.3e-3 (T - 300)) (b + 1) ns at b = {}, {}, V = {}, R = {}, T = "
              "{}",
              a.adc.bits, format_quantity(a.chip.technology), format_quantity(a.crossbar.read_voltage),
              format_quantity(a.adc.column_resistance), format_quantity(a.chip.temperature));
        },
};

}  // namespace nvcim
