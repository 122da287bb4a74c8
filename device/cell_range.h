// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// What the cells of one layer can hold, as codes above the g_min pedestal, in grid steps.
struct CellRange {
  int span = 0;      ///< g_max - g_min
  int pedestal = 0;  ///< g_min; 0 for ideal_signed
  int lowest = 0;    ///< codes stay in lowest…highest: no conductance below zero, none far above g_max
  int highest = 0;
};

/// @param span  grid steps from g_min to g_max
CellRange cell_range(const DeviceParameters& parameters, Encoding encoding, int span);

}  // namespace nvcim::device
