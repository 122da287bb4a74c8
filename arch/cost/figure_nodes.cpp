// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/figure_nodes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <vector>

namespace nvcim {
namespace {

struct Names {
  std::vector<std::string> energies, areas;
};

}  // namespace

std::string figures_of_other_nodes(const Architecture& architecture, const EnergyTable& energies,
                                   const AreaTable& areas) {
  const Length technology = architecture.chip.technology;
  const auto other = [&](Length node) { return node.value() > 0 && std::abs((node / technology).value() - 1) > 1e-6; };
  std::map<double, Names> by_node;
  for (const EnergyEntry& entry : energies.entries)
    if (other(entry.node) && entry.per_count.value() != 0) by_node[entry.node.value()].energies.push_back(entry.name);
  for (const AreaEntry& entry : areas.entries)
    if (other(entry.node) && entry.area().value() != 0) by_node[entry.node.value()].areas.push_back(entry.name);
  std::string text;
  for (const auto& [node, names] : by_node) {
    text += text.empty() ? fmt::format("/chip/technology is {}; ", format_quantity(technology)) : "; ";
    text += fmt::format("made for {} and not scaled: ", format_si_rounded(node, "m"));
    if (!names.energies.empty()) text += fmt::format("energy of {}", fmt::join(names.energies, ", "));
    if (!names.areas.empty())
      text += fmt::format("{}area of {}", names.energies.empty() ? "" : "; ", fmt::join(names.areas, ", "));
  }
  return text;
}

}  // namespace nvcim
