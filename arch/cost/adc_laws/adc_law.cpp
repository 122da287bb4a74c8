// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/adc_laws/adc_law.h"

#include <array>

namespace nvcim {
namespace {

#define NVCIM_ENTRY(name, doc, parameters) &adc_laws::name,
constexpr std::array kAdcLaws = {NVCIM_ADC_LAWS(NVCIM_ENTRY)};
#undef NVCIM_ENTRY

constexpr const char* kGiven = "the architecture file";

}  // namespace

const AdcLaw& adc_law(AdcEnergyLaw law) {
  return *kAdcLaws[law.index()];
}

std::vector<Contradiction> check_adc_law(const Architecture& architecture) {
  const AdcLawUse use = {.for_energy = !architecture.overrides.energy.contains("adc_conversion"),
                         .for_area = !architecture.overrides.area.contains("adc"),
                         .instead = "choose another /adc/energy_law or give /energy/adc_conversion and /area/adc"};
  return adc_law(architecture.adc.energy_law).check(architecture, use);
}

AdcCost adc_cost(const Architecture& architecture) {
  const AdcLaw& law = adc_law(architecture.adc.energy_law);
  const OverrideParameters& given = architecture.overrides;
  AdcCost cost;
  cost.law = architecture.adc.energy_law.row().name;
  if (const auto found = given.energy.find("adc_conversion"); found != given.energy.end()) {
    cost.conversion = found->second;
    if (law.conversion != nullptr) cost.law = "given in /energy/adc_conversion";
    cost.energy_formula = "given in /energy/adc_conversion";
    cost.energy_source = kGiven;
  } else if (law.conversion != nullptr) {
    cost.conversion = law.conversion(architecture);
    cost.energy_formula = law.formula(architecture);
    cost.energy_source = law.source;
  }
  if (const auto found = given.area.find("adc"); found != given.area.end()) {
    cost.area = found->second;
    cost.area_formula = "given in /area/adc";
    cost.area_source = kGiven;
  } else if (law.area != nullptr) {
    cost.area = law.area(architecture);
    cost.area_formula = law.formula(architecture);
    cost.area_source = law.source;
  }
  return cost;
}

}  // namespace nvcim
