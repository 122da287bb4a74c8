// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "arch/events.h"
#include "arch/parameters.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// The architecture's energy, power and area tables in the shape the report needs: SI values, whole chip.
struct Costs {
  /// One line of the energy table; an event may feed several components.
  struct EnergyLine {
    std::string name;  ///< key in /energy
    Event event;
    std::string component;
    double joules = 0;   ///< per count
    std::string source;  ///< where the figure comes from
  };
  std::vector<std::vector<EnergyLine>> energy;  ///< [rows of EventCounts]: the grid of ideal_signed differs by layer
  std::vector<std::pair<std::string, double>> area;          ///< m^2 by component, over all instances on the chip
  std::vector<std::pair<std::string, double>> static_power;  ///< W by component, over all instances
  double peak_power = 0;                                     ///< W
  std::string adc_energy_law;                                ///< which law gave the ADC's figures, with its source
  std::string other_nodes;  ///< figures made for another node than the chip's (figures_of_other_nodes); may be empty
};

Costs make_costs(const Architecture& architecture, const workloads::Network& network);

/// Sum of the second members.
double total(const std::vector<std::pair<std::string, double>>& parts);

}  // namespace nvcim::sim
