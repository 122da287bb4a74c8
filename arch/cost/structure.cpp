// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/structure.h"

#include <algorithm>
#include <cmath>

#include "arch/ceil_div.h"

namespace nvcim {

int Structure::group_size() const {
  return std::min(a_.tile.crossbars, a_.tile.crossbars_per_group);
}

std::int64_t Structure::groups() const {
  return tiles() * ceil_div<std::int64_t>(a_.tile.crossbars, group_size());
}

std::int64_t Structure::adcs_per_crossbar() const {
  return ceil_div<std::int64_t>(a_.crossbar.columns, a_.adc.columns_per_adc);
}

std::int64_t Structure::shift_adds_per_group() const {
  const double codes = double(adcs_per_crossbar() * group_size()) * a_.adc.sample_rate.value();
  // Rates are given in decimal; a rounding in the last place must not cost a unit.
  return static_cast<std::int64_t>(std::ceil(codes / (kShiftAddsPerCycle * a_.chip.clock.value()) * (1 - 1e-12)));
}

std::int64_t Structure::accumulators_per_tile() const {
  return ceil_div<std::int64_t>(a_.digital.accumulate_lanes, kShiftAddsPerCycle);
}

}  // namespace nvcim
