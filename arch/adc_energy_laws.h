// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "arch/named_choice.h"

namespace nvcim {

/// The laws of a converter's energy and area: ROW(name, what it is, the parameters that it alone reads). What a law
/// says is in arch/cost/adc_laws/NAME.cpp; a row without it does not link.
#define NVCIM_ADC_LAWS(ROW)                                                             \
  ROW(constant, "energy and area given in /energy and /area", "")                       \
  ROW(isaac_scaled, "ISAAC's 8-bit 32 nm ADC scaled with resolution, 4 to 10 bits", "") \
  ROW(survey, "regression over the ADC survey (arXiv 2404.06553)", "")                  \
  ROW(neurosim_sar, "DNN+NeuroSim's SAR fit, 130 nm to 1 nm LSTP", "/adc/column_resistance /chip/temperature")

struct AdcEnergyLaws {
  struct Row {
    const char* name;
    const char* doc;
    std::string_view parameters;  ///< pointers, one blank between
  };
#define NVCIM_ROW(name, doc, parameters) {#name, doc, parameters},
  static constexpr Row rows[] = {NVCIM_ADC_LAWS(NVCIM_ROW)};
#undef NVCIM_ROW
};
/// Value of /adc/energy_law.
using AdcEnergyLaw = NamedChoice<AdcEnergyLaws>;

}  // namespace nvcim
