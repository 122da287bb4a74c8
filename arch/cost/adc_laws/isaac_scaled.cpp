// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "arch/check.h"
#include "arch/cost/adc_laws/adc_law.h"

namespace nvcim {
namespace {

constexpr double kIsaacAdcNode = 32e-9;
constexpr int kIsaacMinBits = 4;

struct IsaacAdc {
  double picojoule;
  double square_micron;
};
// 4 to 10 bits; 8 bits is Shafiee et al., ISCA 2016, Table I: 2 mW at 1.2 GS/s, 1200 um^2.
constexpr std::array<IsaacAdc, 7> kIsaacAdc = {
    {{0.79, 361}, {0.99, 477}, {1.20, 627}, {1.42, 845}, {1.67, 1200}, {1.969, 1828}, {2.379, 3002}}};
constexpr int kIsaacMaxBits = kIsaacMinBits + static_cast<int>(kIsaacAdc.size()) - 1;

const IsaacAdc& isaac_adc(int bits) {
  NVCIM_CHECK(bits >= kIsaacMinBits && bits <= kIsaacMaxBits, "{} bits", bits);
  return kIsaacAdc[static_cast<std::size_t>(bits - kIsaacMinBits)];
}

std::vector<Contradiction> check_isaac(const Architecture& a, const AdcLawUse& use) {
  std::vector<Contradiction> found;
  if (!use.for_energy && !use.for_area) return found;
  if (a.adc.bits < kIsaacMinBits || a.adc.bits > kIsaacMaxBits)
    found.push_back({{"/adc/energy_law", "/adc/bits"},
                     fmt::format("isaac_scaled is known for {} to {} bits, not /adc/bits = {}; {}", kIsaacMinBits,
                                 kIsaacMaxBits, a.adc.bits, use.instead)});
  if (std::abs(a.chip.technology.value() - kIsaacAdcNode) > 1e-6 * kIsaacAdcNode)
    found.push_back({{"/adc/energy_law", "/chip/technology"},
                     fmt::format("isaac_scaled is known for 32 nm, not /chip/technology = {}; {}",
                                 format_quantity(a.chip.technology), use.instead)});
  return found;
}

}  // namespace

/// ISAAC's ADC scaled with resolution at 32 nm and 1.2 GS/s, after Saberi et al.
const AdcLaw adc_laws::isaac_scaled = {
    .source = "ISAAC's ADC scaled with resolution after Saberi et al., hwcomponents-library",
    .check = check_isaac,
    .conversion = [](const Architecture& a) { return from_si<Energy>(isaac_adc(a.adc.bits).picojoule * 1e-12); },
    .area = [](const Architecture& a) { return from_si<Area>(isaac_adc(a.adc.bits).square_micron * 1e-12); },
    .formula = [](const Architecture& a) { return fmt::format("table at {} bits", a.adc.bits); },
};

}  // namespace nvcim
