// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "arch/events.h"

namespace nvcim {

/// One line of the energy table: so much energy in `component` for every count of `event`. An event may feed several
/// components; each line has its own key in /energy.
struct EnergyKey {
  std::string_view name;
  Event event;
  std::string_view component;
  std::string_view per;  ///< what one count is
};

inline constexpr std::size_t kExtraEnergyKeys = 4;
inline constexpr std::array<EnergyKey, kEvents + kExtraEnergyKeys> kEnergyKeys = [] {
  std::array<EnergyKey, kEvents + kExtraEnergyKeys> keys{};
  for (std::size_t i = 0; i < kEvents; ++i)
    keys[i] = {kEventInfo[i].name, kEventInfo[i].event, kEventInfo[i].component, kEventInfo[i].doc};
  keys[kEvents] = {"input_register", Event::crossbar_read, "input_register",
                   "one phase of one block: its row digits read"};
  keys[kEvents + 1] = {"output_register", Event::shift_add, "output_register",
                       "one code shifted and added: its register clocked"};
  keys[kEvents + 2] = {"tile_output_register", Event::output_buffer_write, "tile_output_register", "one bit"};
  keys[kEvents + 3] = {"bus", Event::input_buffer_read, "bus", "one bit from a tile's buffer to its crossbars"};
  return keys;
}();

}  // namespace nvcim
