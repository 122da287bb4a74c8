// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/energy_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "arch/check.h"
#include "arch/cost/component.h"

namespace nvcim {
namespace {

/// What the component says that the key belongs to.
CostFigure figure_of(const EnergyKey& key, const CostInput& input) {
  const auto row = std::ranges::find(kComponents, key.component, &ComponentInfo::name);
  NVCIM_CHECK(row != kComponents.end(), "no component {}", key.component);
  const auto lines = component_at(static_cast<std::size_t>(row - kComponents.begin())).energy;
  const auto line = std::ranges::find(lines, key.name, &Component::EnergyLine::name);
  NVCIM_CHECK(line != lines.end(), "{} has no energy for {}", key.component, key.name);
  return line->figure(input);
}

}  // namespace

const EnergyEntry& EnergyTable::entry(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const EnergyEntry& e) { return e.name == name; });
  NVCIM_CHECK(found != entries.end(), "no energy entry {}", name);
  return *found;
}

Energy EnergyTable::of(Event event, double count) const {
  Energy sum = from_si<Energy>(0.0);
  for (const EnergyEntry& e : entries)
    if (e.event == event) sum += e.per_count * count;
  return sum;
}

EnergyTable energy_table(const Architecture& architecture, int weight_bits) {
  const CostInput input(architecture, weight_bits);
  EnergyTable table;
  table.adc_law = input.adc.law;
  for (const EnergyKey& key : kEnergyKeys) {
    CostFigure figure = figure_of(key, input);
    const auto given = architecture.overrides.energy.find(std::string(key.name));
    if (given != architecture.overrides.energy.end())
      figure = {given->second.value(), fmt::format("given in /energy/{}", key.name), "the architecture file", 0};
    table.entries.push_back({std::string(key.name), key.event, std::string(key.component),
                             from_si<Energy>(figure.value), std::string(key.per), std::move(figure.formula),
                             std::move(figure.source), from_si<Length>(figure.node)});
  }
  return table;
}

}  // namespace nvcim
