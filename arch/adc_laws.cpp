// SPDX-License-Identifier: Apache-2.0
#include "arch/adc_laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "arch/check.h"

namespace nvcim {
namespace {

struct IsaacAdc {
  double picojoule;
  double square_micron;
};
// 4 to 10 bits; 8 bits is Shafiee et al., ISCA 2016, Table I: 2 mW at 1.2 GS/s, 1200 um^2.
constexpr std::array<IsaacAdc, kIsaacAdcMaxBits - kIsaacAdcMinBits + 1> kIsaacAdc = {
    {{0.79, 361}, {0.99, 477}, {1.20, 627}, {1.42, 845}, {1.67, 1200}, {1.969, 1828}, {2.379, 3002}}};

const IsaacAdc& isaac_adc(int bits) {
  NVCIM_CHECK(bits >= kIsaacAdcMinBits && bits <= kIsaacAdcMaxBits, "{} bits", bits);
  return kIsaacAdc[static_cast<std::size_t>(bits - kIsaacAdcMinBits)];
}

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

constexpr const char* kIsaacSource = "ISAAC's ADC scaled with resolution after Saberi et al., hwcomponents-library";
constexpr const char* kSurveySource = "ADC survey regression, hwcomponents-adc (arXiv 2404.06553)";
constexpr const char* kNeuroSimSource = "DNN+NeuroSim SarADC, LSTP fit";
constexpr const char* kGiven = "the architecture file";

}  // namespace

Energy isaac_scaled_energy(int bits) {
  return from_si<Energy>(isaac_adc(bits).picojoule * 1e-12);
}
Area isaac_scaled_area(int bits) {
  return from_si<Area>(isaac_adc(bits).square_micron * 1e-12);
}

Energy survey_energy(int bits, Length node, Frequency sample_rate) {
  NVCIM_CHECK(bits >= kSurveyMinBits, "{} bits", bits);
  const double nanometre = node.value() * 1e9;
  // Schreier figure of merit: limited by sampling rate or by resolution, whichever is worse.
  const double foms = std::min(213.7807 - 2.8719 * std::log(sample_rate.value()), 128.3068 + 3.2205 * bits);
  const double sndr = 6.02 * bits + 1.76;
  const double picojoule = 0.5 * std::pow(10.0, -(foms - sndr) / 10) *
                           std::exp(26.0496 + 1.88004 * std::log(nanometre) - 2.82913 * std::log(bits) - 1.47020);
  return from_si<Energy>(picojoule * 1e-12);
}

Area survey_area(int bits, Length node, Frequency sample_rate) {
  const double picojoule = survey_energy(bits, node, sample_rate).value() * 1e12;
  const double square_micron = std::exp(1.34619 + 0.99328 * std::log(node.value() * 1e9) +
                                        0.18072 * std::log(sample_rate.value()) + 0.29912 * std::log(picojoule));
  return from_si<Area>(square_micron * 1e-12);
}

Time neurosim_time(int bits) {
  return from_si<Time>((bits + 1) * 1e-9);
}

std::optional<Energy> neurosim_energy(int bits, Length node, Voltage read_voltage, Resistance column_resistance,
                                      Temperature temperature) {
  const NeuroSimNode* entry = neurosim_node(node);
  if (entry == nullptr) return std::nullopt;
  const double fixed = (entry->a * bits + entry->c) * 1e-6;
  const double column =
      entry->d * (read_voltage.value() / 0.5) * std::exp(-entry->exponent * std::log10(column_resistance.value()));
  const double watt = (fixed + column) * (1 + 1.3e-3 * (temperature.value() - 300));
  return from_si<Power>(watt) * neurosim_time(bits);
}

std::string neurosim_nodes() {
  std::string text;
  for (const NeuroSimNode& node : kNeuroSimNodes) text += fmt::format("{}{}", text.empty() ? "" : ", ", node.nanometre);
  return text + " nm";
}

AdcCost adc_cost(const Architecture& architecture) {
  const AdcParameters& adc = architecture.adc;
  const Length node = architecture.chip.technology;
  AdcCost cost;
  switch (adc.energy_law) {
    case AdcEnergyLaw::constant:
      cost.law = "constant";
      break;
    case AdcEnergyLaw::isaac_scaled:
      cost.law = "isaac_scaled";
      cost.conversion = isaac_scaled_energy(adc.bits);
      cost.area = isaac_scaled_area(adc.bits);
      cost.energy_formula = cost.area_formula = fmt::format("table at {} bits", adc.bits);
      cost.energy_source = cost.area_source = kIsaacSource;
      break;
    case AdcEnergyLaw::survey:
      cost.law = "survey";
      cost.conversion = survey_energy(adc.bits, node, adc.sample_rate);
      cost.area = survey_area(adc.bits, node, adc.sample_rate);
      cost.energy_formula = cost.area_formula = fmt::format("regression at {} bits, {}, {}", adc.bits,
                                                            format_quantity(node), format_quantity(adc.sample_rate));
      cost.energy_source = cost.area_source = kSurveySource;
      break;
    case AdcEnergyLaw::neurosim_sar: {
      cost.law = "neurosim_sar";
      const std::optional<Energy> energy = neurosim_energy(adc.bits, node, architecture.crossbar.read_voltage,
                                                           adc.column_resistance, architecture.chip.temperature);
      NVCIM_CHECK(energy.has_value(), "node {}", format_quantity(node));
      cost.conversion = *energy;
      cost.energy_formula = fmt::format(
          "((a b + c) 1e-6 + d (V/0.5) / R) (1 + 1.3e-3 (T - 300)) (b + 1) ns at b = {}, {}, V = {}, R = {}, T = {}",
          adc.bits, format_quantity(node), format_quantity(architecture.crossbar.read_voltage),
          format_quantity(adc.column_resistance), format_quantity(architecture.chip.temperature));
      cost.energy_source = kNeuroSimSource;
      break;
    }
  }
  const OverrideParameters& given = architecture.overrides;
  if (const auto found = given.energy.find("adc_conversion"); found != given.energy.end()) {
    cost.conversion = found->second;
    if (adc.energy_law != AdcEnergyLaw::constant) cost.law = "given in /energy/adc_conversion";
    cost.energy_formula = "given in /energy/adc_conversion";
    cost.energy_source = kGiven;
  }
  if (const auto found = given.area.find("adc"); found != given.area.end()) {
    cost.area = found->second;
    cost.area_formula = "given in /area/adc";
    cost.area_source = kGiven;
  }
  return cost;
}

}  // namespace nvcim
