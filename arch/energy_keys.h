// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "arch/components.h"
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

/// The events' own lines in the order of the events, then the components' lines in the order of the components.
inline constexpr std::size_t kComponentLines =
    std::ranges::count_if(kComponents, [](const ComponentInfo& component) { return component.line.has_value(); });
inline constexpr std::array<EnergyKey, kEvents + kComponentLines> kEnergyKeys = [] {
  std::array<EnergyKey, kEvents + kComponentLines> keys{};
  std::size_t n = 0;
  for (const EventInfo& info : kEventInfo) keys[n++] = {info.name, info.event, info.component, info.doc};
  for (const ComponentInfo& component : kComponents)
    if (component.line) keys[n++] = {component.name, component.line->event, component.name, component.line->per};
  return keys;
}();

}  // namespace nvcim
