// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "arch/parameters.h"

/// Energy of one conversion and area of one converter, after published laws. Each law refuses to be used outside the
/// range it was made for.
namespace nvcim {

/// ISAAC's ADC scaled with resolution at 32 nm and 1.2 GS/s, after Saberi et al. (hwcomponents-library, ISAAC entries).
inline constexpr int kIsaacAdcMinBits = 4;
inline constexpr int kIsaacAdcMaxBits = 10;
inline constexpr double kIsaacAdcNode = 32e-9;
Energy isaac_scaled_energy(int bits);
Area isaac_scaled_area(int bits);

/// Regression over the ADC survey: Accelergy ADC plug-in = hwcomponents-adc (arXiv 2404.06553), at least 4 bits.
inline constexpr int kSurveyMinBits = 4;
Energy survey_energy(int bits, Length node, Frequency sample_rate);
Area survey_area(int bits, Length node, Frequency sample_rate);

/// DNN+NeuroSim's SAR fit to circuit simulations, LSTP process. Conversion time is (bits + 1) ns at every node.
/// @return nothing when the node is not in its table.
std::optional<Energy> neurosim_energy(int bits, Length node, Voltage read_voltage, Resistance column_resistance,
                                      Temperature temperature);
Time neurosim_time(int bits);
/// "130, 90, 65, … nm"
std::string neurosim_nodes();

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
