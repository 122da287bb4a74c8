// SPDX-License-Identifier: Apache-2.0
#include "device/cell_range.h"

#include <algorithm>
#include <cmath>

namespace nvcim::device {

CellRange cell_range(const DeviceParameters& parameters, Encoding encoding, int span) {
  constexpr int kHighestCode = 32767;  // 16-bit codes
  CellRange range;
  range.span = span;
  range.highest = std::min(2 * range.span, kHighestCode);
  if (encoding == Encoding::ideal_signed) {
    range.lowest = -range.highest;
    return range;
  }
  const double steps = parameters.g_min.value() / (parameters.g_max.value() - parameters.g_min.value()) * range.span;
  range.pedestal = static_cast<int>(std::min(std::nearbyint(steps), double(kHighestCode)));
  range.lowest = -range.pedestal;
  return range;
}

}  // namespace nvcim::device
