// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// 8 x 128 sample-and-holds: 10 uW, 0.00004 mm^2, one sample per 100 ns.
constexpr double kSampleHoldEnergy = 0.010e-3 / 1024 * 100e-9;
constexpr double kSampleHoldArea = 0.00004e-6 / 1024;

constexpr Component::EnergyLine kSampleHoldLines[] = {
    {"sample_hold", [](const CostInput&) { return energy_of_one(kSampleHoldEnergy, kIsaac); }},
};

}  // namespace

const Component components::sample_hold = {
    .count = [](const CostInput& in) { return in.structure.crossbars() * in.architecture.crossbar.columns; },
    .area = [](const CostInput&) { return area_of_one(kSampleHoldArea); },
    .energy = kSampleHoldLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "sample_hold") * (1 / in.architecture.crossbar.read_time.value()),
              "sample_hold / read_time"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
