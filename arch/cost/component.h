// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "arch/components.h"
#include "arch/conductance_grid.h"
#include "arch/cost/adc_laws/adc_law.h"
#include "arch/cost/energy_table.h"
#include "arch/cost/structure.h"

/// What a component costs. A component is one file of components/, which defines the component of its name, and one row
/// of arch/components.h. Figures are published ones for one node, scaled only as their formula says.
namespace nvcim {

/// What figures are made of. `architecture` must outlive it.
struct CostInput {
  /// @param weight_bits  only the conductance grid of ideal_signed depends on it.
  CostInput(const Architecture& a, int weight_bits)
      : architecture(a), structure(a), grid(conductance_grid(a, weight_bits)), adc(adc_cost(a)) {}

  const Architecture& architecture;
  Structure structure;
  ConductanceGrid grid;
  AdcCost adc;
};

/// An area or an energy, and how it was made.
struct CostFigure {
  double value;         ///< m^2 or J
  std::string formula;  ///< with its numbers
  std::string source;   ///< paper or library
  double node;          ///< m, that it was made for; 0: it depends on none or follows /chip/technology
};

/// Dynamic power of one unit at full load, in terms of the energy table.
struct LoadFigure {
  double watt;
  std::string formula;
};

struct Component {
  struct EnergyLine {
    std::string_view name;  ///< of kEnergyKeys
    CostFigure (*figure)(const CostInput&);
  };
  std::int64_t (*count)(const CostInput&);  ///< units on the chip
  CostFigure (*area)(const CostInput&);     ///< of one unit
  std::span<const EnergyLine> energy;       ///< one for each of kEnergyKeys that names the component
  LoadFigure (*load)(const CostInput&, const EnergyTable&);
  double static_watt;              ///< that one unit always draws
  std::string_view static_source;  ///< empty where nothing is drawn
};

namespace components {
#define NVCIM_DECLARE(name, unit, line) extern const Component name;
NVCIM_COMPONENTS(NVCIM_DECLARE, , )
#undef NVCIM_DECLARE
}  // namespace components

/// @param index  of kComponents
const Component& component_at(std::size_t index);

/// "845 fm^2": a published figure of one unit, as it is.
CostFigure area_of_one(double square_metre);
/// "39 am^2 x 16384 cells".
CostFigure area_of_many(double square_metre_each, int n, std::string_view what);
CostFigure energy_of_one(double joule, std::string_view source);
CostFigure energy_of_bits(double joule_per_bit, int bits, std::string_view source);
std::int64_t one_per_chip(const CostInput&);
std::int64_t one_per_tile(const CostInput&);
double joule(const EnergyTable& table, std::string_view line);

inline constexpr std::string_view kIsaac = "Shafiee et al., ISCA 2016, Table I";
inline constexpr std::string_view kHwcomponents = "hwcomponents-library, ISAAC entries";
inline constexpr double kIsaacNode = 32e-9;  ///< m, of the figures of both

}  // namespace nvcim
