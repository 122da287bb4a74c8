// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "arch/cost/component.h"

namespace nvcim {
namespace {

// 8 x 128 one-bit DACs: 4 mW, 0.00017 mm^2. More bits: linear, as the DAC law of ZigZag-IMC (50 fF x bits x Vdd^2);
// that the area is linear too is an assumption.
constexpr double kDacPower = 4e-3 / 1024;
constexpr double kDacArea = 0.00017e-6 / 1024;
constexpr const char* kDacSource = "Shafiee et al., ISCA 2016, Table I (one bit); linear in bits as in ZigZag-IMC";

CostFigure row_drive(const CostInput& in) {
  const Time read_time = in.architecture.crossbar.read_time;
  const int bits = in.architecture.dac.bits;
  return {
      kDacPower * bits * read_time.value(),
      fmt::format("{} x {} bits x read_time {}", format_si_rounded(kDacPower, "W"), bits, format_quantity(read_time)),
      kDacSource, kIsaacNode};
}

constexpr Component::EnergyLine kDacLines[] = {
    {"row_drive", row_drive},
};

}  // namespace

const Component components::dac = {
    .count = [](const CostInput& in) { return in.structure.crossbars() * in.architecture.crossbar.rows; },
    .area =
        [](const CostInput& in) {
          CostFigure figure = area_of_many(kDacArea, in.architecture.dac.bits, "bits");
          figure.source = kDacSource;
          return figure;
        },
    .energy = kDacLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "row_drive") * (1 / in.architecture.crossbar.read_time.value()), "row_drive / read_time"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
