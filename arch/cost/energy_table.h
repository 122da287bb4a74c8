// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "arch/energy_keys.h"
#include "arch/parameters.h"

namespace nvcim {

/// Energy that `component` spends on every count of `event`.
struct EnergyEntry {
  std::string name;  ///< key of kEnergyKeys
  Event event = Event::row_drive;
  std::string component;
  Energy per_count;
  std::string per;      ///< what one count is
  std::string formula;  ///< how per_count was made, with its numbers
  std::string source;   ///< paper, library or "the architecture file"
  Length node{};  ///< that the figure was made for; 0 where it depends on none, follows /chip/technology or is given
};

struct EnergyTable {
  std::vector<EnergyEntry> entries;  ///< one per kEnergyKeys, in that order; an event may appear in several
  std::string adc_law;               ///< which law the ADC's energy comes from

  const EnergyEntry& entry(std::string_view name) const;
  /// Energy of the counts of one event, all components together.
  Energy of(Event event, double count) const;
};

/// @param weight_bits  only the conductance grid of ideal_signed depends on it.
EnergyTable energy_table(const Architecture& architecture, int weight_bits = 8);

}  // namespace nvcim
