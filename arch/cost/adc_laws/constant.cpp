// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/adc_laws/adc_law.h"

namespace nvcim {

const AdcLaw adc_laws::constant = {
    .source = "the architecture file",
    .check =
        [](const Architecture&, const AdcLawUse& use) {
          std::vector<Contradiction> found;
          if (use.for_energy)
            found.push_back({{"/adc/energy_law", "/energy/adc_conversion"},
                             "constant needs /energy/adc_conversion, e.g. \"2 pJ\""});
          if (use.for_area)
            found.push_back({{"/adc/energy_law", "/area/adc"}, "constant needs /area/adc, e.g. \"1200 um^2\""});
          return found;
        },
    .conversion = nullptr,
    .area = nullptr,
    .formula = nullptr,
};

}  // namespace nvcim
