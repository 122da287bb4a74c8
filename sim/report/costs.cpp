// SPDX-License-Identifier: Apache-2.0
#include "sim/report/costs.h"

#include <map>

#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/cost/figure_nodes.h"

namespace nvcim::sim {
namespace {

std::vector<Costs::EnergyLine> energy_lines(const EnergyTable& table) {
  std::vector<Costs::EnergyLine> lines;
  for (const EnergyEntry& entry : table.entries)
    lines.push_back({entry.name, entry.event, entry.component, entry.per_count.value(), entry.source});
  return lines;
}

}  // namespace

Costs make_costs(const Architecture& architecture, const workloads::Network& network) {
  Costs costs;
  std::map<int, std::vector<Costs::EnergyLine>> by_weight_bits;
  const auto lines_for = [&](int weight_bits) {
    auto [found, is_new] = by_weight_bits.try_emplace(weight_bits);
    if (is_new) {
      const EnergyTable table = energy_table(architecture, weight_bits);
      found->second = energy_lines(table);
      costs.adc_energy_law = table.adc_law;
    }
    return found->second;
  };
  int weight_bits = 8;  // of the rows without weights, where it makes no difference
  for (const workloads::Node& node : network.nodes)
    if (node.is_mvm()) weight_bits = node.mvm.weight_bits;
  costs.energy.push_back(lines_for(weight_bits));
  for (const workloads::Node& node : network.nodes)
    costs.energy.push_back(lines_for(node.is_mvm() ? node.mvm.weight_bits : weight_bits));

  const AreaTable areas = area_table(architecture, weight_bits);
  for (const AreaEntry& entry : areas.entries) {
    costs.area.emplace_back(entry.name, entry.area().value());
    costs.static_power.emplace_back(entry.name, entry.static_power().value());
  }
  costs.other_nodes = figures_of_other_nodes(architecture, energy_table(architecture, weight_bits), areas);
  costs.peak_power = areas.peak_power().value();
  return costs;
}

double total(const std::vector<std::pair<std::string, double>>& parts) {
  double sum = 0;
  for (const auto& [name, value] : parts) sum += value;
  return sum;
}

}  // namespace nvcim::sim
