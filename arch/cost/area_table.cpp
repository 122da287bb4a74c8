// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/area_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "arch/ceil_div.h"
#include "arch/check.h"
#include "arch/cost/component.h"
#include "arch/cost/energy_table.h"

namespace nvcim {
namespace {

template <class Map>
const typename Map::mapped_type* given(const Map& values, std::string_view name) {
  const auto found = values.find(std::string(name));
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

const AreaEntry& AreaTable::entry(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const AreaEntry& e) { return e.name == name; });
  NVCIM_CHECK(found != entries.end(), "no component {}", name);
  return *found;
}

Area AreaTable::area() const {
  Area sum = from_si<Area>(0.0);
  for (const AreaEntry& e : entries) sum += e.area();
  return sum;
}

Power AreaTable::static_power() const {
  Power sum = from_si<Power>(0.0);
  for (const AreaEntry& e : entries) sum += e.static_power();
  return sum;
}

Power AreaTable::peak_power() const {
  Power sum = from_si<Power>(0.0);
  for (const AreaEntry& e : entries) sum += e.peak_power();
  return sum;
}

AreaTable area_table(const Architecture& architecture, int weight_bits) {
  const CostInput input(architecture, weight_bits);
  const EnergyTable energies = energy_table(architecture, weight_bits);
  const OverrideParameters& overrides = architecture.overrides;
  const std::string file = "the architecture file";
  AreaTable table;
  for (std::size_t i = 0; i < kComponents.size(); ++i) {
    const ComponentInfo& info = kComponents[i];
    const Component& component = component_at(i);
    AreaEntry entry;
    entry.name = info.name;
    entry.unit = info.unit;
    entry.count = component.count(input);

    CostFigure area = component.area(input);
    entry.area_each = from_si<Area>(area.value);
    entry.area_formula = std::move(area.formula);
    entry.area_source = std::move(area.source);
    entry.node = from_si<Length>(area.node);
    if (const Area* value = given(overrides.area, info.name)) {
      entry.area_each = *value;
      entry.area_formula = "given in /area/" + entry.name;
      entry.area_source = file;
      entry.node = from_si<Length>(0.0);
    }

    entry.static_each = from_si<Power>(component.static_watt);
    if (const Power* value = given(overrides.static_power, info.name)) entry.static_each = *value;

    LoadFigure load = component.load(input, energies);
    entry.peak_each = from_si<Power>(load.watt) + entry.static_each;
    entry.peak_formula = std::move(load.formula);
    entry.peak_source = component.static_watt > 0 ? component.static_source : "energy table";
    if (entry.static_each.value() > 0)
      entry.peak_formula += fmt::format(" + {} always on", format_quantity(entry.static_each));
    if (const Power* value = given(overrides.peak_power, info.name)) {
      entry.peak_each = *value;
      entry.peak_formula = "given in /peak_power/" + entry.name;
      entry.peak_source = file;
    }
    table.entries.push_back(std::move(entry));
  }
  return table;
}

PeakThroughput peak_throughput(const Architecture& architecture, int weight_bits, int input_bits) {
  const CrossbarParameters& crossbar = architecture.crossbar;
  std::int64_t planes = 1;
  if (crossbar.encoding == Encoding::differential_pair)
    planes = 2 * ceil_div<std::int64_t>(weight_bits - 1, crossbar.cell_bits);
  if (crossbar.encoding == Encoding::offset_column) planes = ceil_div<std::int64_t>(weight_bits, crossbar.cell_bits);
  const std::int64_t weights = crossbar.rows * (crossbar.columns / planes);
  const auto reads = double(ceil_div<std::int64_t>(input_bits, architecture.dac.bits));
  const AreaTable table = area_table(architecture, weight_bits);

  PeakThroughput peak;
  peak.ops_per_second = 2.0 * double(weights * architecture.chip.tiles() * architecture.tile.crossbars) /
                        (reads * crossbar.read_time.value());
  if (table.area().value() > 0) peak.ops_per_second_per_mm2 = peak.ops_per_second / (table.area().value() * 1e6);
  if (table.peak_power().value() > 0) peak.ops_per_joule = peak.ops_per_second / table.peak_power().value();
  return peak;
}

}  // namespace nvcim
