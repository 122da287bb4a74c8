// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "arch/cost/adc_laws/adc_law.h"

namespace nvcim {
namespace {

constexpr int kSurveyMinBits = 4;

double survey_picojoule(const Architecture& a) {
  const int bits = a.adc.bits;
  NVCIM_CHECK(bits >= kSurveyMinBits, "{} bits", bits);
  const double nanometre = a.chip.technology.value() * 1e9;
  // Schreier figure of merit: limited by sampling rate or by resolution, whichever is worse.
  const double foms = std::min(213.7807 - 2.8719 * std::log(a.adc.sample_rate.value()), 128.3068 + 3.2205 * bits);
  const double sndr = 6.02 * bits + 1.76;
  return 0.5 * std::pow(10.0, -(foms - sndr) / 10) *
         std::exp(26.0496 + 1.88004 * std::log(nanometre) - 2.82913 * std::log(bits) - 1.47020);
}

Energy survey_energy(const Architecture& a) {
  return from_si<Energy>(survey_picojoule(a) * 1e-12);
}

Area survey_area(const Architecture& a) {
  const double picojoule = survey_energy(a).value() * 1e12;
  const double square_micron = std::exp(1.34619 + 0.99328 * std::log(a.chip.technology.value() * 1e9) +
                                        0.18072 * std::log(a.adc.sample_rate.value()) + 0.29912 * std::log(picojoule));
  return from_si<Area>(square_micron * 1e-12);
}

std::vector<Contradiction> check_survey(const Architecture& a, const AdcLawUse& use) {
  if ((!use.for_energy && !use.for_area) || a.adc.bits >= kSurveyMinBits) return {};
  return {
      {{"/adc/energy_law", "/adc/bits"},
       fmt::format("survey is known from {} bits, not /adc/bits = {}; {}", kSurveyMinBits, a.adc.bits, use.instead)}};
}

}  // namespace

/// Regression over the ADC survey: Accelergy ADC plug-in = hwcomponents-adc, at least 4 bits.
const AdcLaw adc_laws::survey = {
    .source = "ADC survey regression, hwcomponents-adc (arXiv 2404.06553)",
    .check = check_survey,
    .conversion = survey_energy,
    .area = survey_area,
    .formula =
        [](const Architecture& a) {
          return fmt::format("regression at {} bits, {}, {}", a.adc.bits, format_quantity(a.chip.technology),
                             format_quantity(a.adc.sample_rate));
        },
};

}  // namespace nvcim
