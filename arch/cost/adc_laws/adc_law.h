// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "arch/contradiction.h"
#include "arch/parameters.h"

/// Energy of one conversion and area of one converter, after published laws. A law is one file of this folder, which
/// defines the law of its name, and one row of arch/adc_energy_laws.h. Each refuses to be used outside the range that
/// it was made for.
namespace nvcim {

/// What a law needs of a file to be asked: where /energy/adc_conversion or /area/adc are given, it is not.
struct AdcLawUse {
  bool for_energy, for_area;
  std::string instead;  ///< advice for refusals: "choose another …"
};

struct AdcLaw {
  std::string_view source;
  /// What of the architecture is outside the law's range, or missing.
  std::vector<Contradiction> (*check)(const Architecture&, const AdcLawUse&);
  Energy (*conversion)(const Architecture&);  ///< of one
  Area (*area)(const Architecture&);          ///< of one converter; none: the law gives none
  /// With the numbers that went in.
  std::string (*formula)(const Architecture&);
};

namespace adc_laws {
#define NVCIM_DECLARE(name, doc, parameters) extern const AdcLaw name;
NVCIM_ADC_LAWS(NVCIM_DECLARE)
#undef NVCIM_DECLARE
}  // namespace adc_laws

const AdcLaw& adc_law(AdcEnergyLaw law);

/// What /adc/energy_law says against the architecture.
std::vector<Contradiction> check_adc_law(const Architecture& architecture);

/// What the architecture's converter costs.
struct AdcCost {
  Energy conversion;
  Area area;
  std::string law;             ///< name of the law, or "given in /energy/adc_conversion"
  std::string energy_formula;  ///< with the numbers that went in
  std::string energy_source;
  std::string area_formula;
  std::string area_source;
};
/// Values in /energy/adc_conversion and /area/adc come before the law's. The architecture has passed its cross-checks.
AdcCost adc_cost(const Architecture& architecture);

}  // namespace nvcim
