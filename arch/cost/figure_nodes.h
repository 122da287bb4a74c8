// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"

namespace nvcim {

/// Says which figures of the tables were made for another node than /chip/technology, and that nothing scales them:
/// "/chip/technology is 130 nm; made for 32 nm and not scaled: energy of row_drive, …; area of dac, …". Empty when
/// there are none. Figures of 0 and those that the architecture file gives are not named.
std::string figures_of_other_nodes(const Architecture& architecture, const EnergyTable& energies,
                                   const AreaTable& areas);

}  // namespace nvcim
