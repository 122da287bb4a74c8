// SPDX-License-Identifier: Apache-2.0
#include "arch/energy_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "arch/adc_laws.h"
#include "arch/check.h"
#include "arch/component_figures.h"
#include "arch/conductance_grid.h"

namespace nvcim {
namespace {

struct Figure {
  double joule;
  std::string formula;
  std::string source;
  double node = figures::kNode;  ///< 0: none
};

std::string energy_text(double joule) {
  return format_si_rounded(joule, "J");
}

Figure per_bits(double joule_per_bit, int bits, const char* source) {
  return {joule_per_bit * bits, fmt::format("{} x {} bits", energy_text(joule_per_bit), bits), source};
}

Figure fixed(double joule, const char* source) {
  return {joule, energy_text(joule), source};
}

/// One grid step of conductance for one phase at one step of the DAC: V^2 G t. The energy of digit d at code c is d^2 c
/// times it, which is what Event::cell_conduction counts.
Figure conduction(const Architecture& architecture, int weight_bits) {
  const ConductanceGrid grid = conductance_grid(architecture, weight_bits);
  const int digits = (1 << architecture.dac.bits) - 1;
  const Voltage step = architecture.crossbar.read_voltage / double(digits);
  const Energy energy = step * step * grid.step * architecture.crossbar.read_time;
  return {energy.value(),
          fmt::format("V^2 G t with V = read_voltage / {} = {}, G = (g_max - g_min) / {} = {}, t = {}", digits,
                      format_si_rounded(step.value(), "V"), grid.span(), format_si_rounded(grid.step.value(), "S"),
                      format_quantity(architecture.crossbar.read_time)),
          "Joule's law", 0};
}

Figure builtin(std::string_view name, const Architecture& architecture, int weight_bits, const AdcCost& adc) {
  using namespace figures;
  const int flit = architecture.interconnect.flit_bits;
  const Time read_time = architecture.crossbar.read_time;
  if (name == "row_drive")
    return {kDacPower * architecture.dac.bits * read_time.value(),
            fmt::format("{} x {} bits x read_time {}", format_si_rounded(kDacPower, "W"), architecture.dac.bits,
                        format_quantity(read_time)),
            kDacSource};
  if (name == "cell_conduction") return conduction(architecture, weight_bits);
  if (name == "crossbar_read") return {0, "0: the cells' conduction is counted by itself", "definition", 0};
  if (name == "sample_hold") return fixed(kSampleHoldEnergy, kIsaac);
  if (name == "adc_conversion") return {adc.conversion.value(), adc.energy_formula, adc.energy_source, 0};
  if (name == "shift_add" || name == "accumulate") return fixed(kShiftAddEnergy, kIsaac);
  if (name == "activation") return fixed(kActivationEnergy, kIsaac);
  if (name == "pooling") return fixed(kPoolingEnergy, kIsaac);
  if (name == "router_flit") return per_bits(kRouterEnergyPerBit, flit, kLibrary);
  if (name == "link_flit")
    return per_bits(kBusEnergyPerBit, flit, "hwcomponents-library, ISAAC bus of a tile's length");
  if (name == "external_read" || name == "external_write")
    return fixed(kExternalEnergyPerBit, "hwcomponents-library, ISAAC chip link; the memory itself is not included");
  if (name == "write_driver") {
    const double volt = architecture.write_controller.pulse_voltage.value();
    return {
        kDriverCapacitance * volt * volt,
        fmt::format("C V^2 with C = 50 fF and V = {}", format_quantity(architecture.write_controller.pulse_voltage)),
        kDriverSource, 0};
  }
  if (name == "input_register")
    return per_bits(kInputRegisterEnergyPerBit, architecture.crossbar.rows * architecture.dac.bits, kIsaac);
  if (name == "output_register") return fixed(kOutputRegisterEnergy, kIsaac);
  if (name == "tile_output_register") return fixed(kTileOutputRegisterEnergyPerBit, kIsaac);
  if (name == "bus") return fixed(kBusEnergyPerBit, kLibrary);
  // What is left are the bits of the tile and global buffers, both made of 64 KB eDRAM banks.
  NVCIM_CHECK(name.find("buffer") != std::string_view::npos, "no figure for {}", name);
  return fixed(kEdramEnergyPerBit, kLibrary);
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
  const AdcCost adc = adc_cost(architecture);
  EnergyTable table;
  table.adc_law = adc.law;
  for (const EnergyKey& key : kEnergyKeys) {
    Figure figure = builtin(key.name, architecture, weight_bits, adc);
    const auto given = architecture.overrides.energy.find(std::string(key.name));
    if (given != architecture.overrides.energy.end())
      figure = {given->second.value(), fmt::format("given in /energy/{}", key.name), "the architecture file", 0};
    table.entries.push_back({std::string(key.name), key.event, std::string(key.component),
                             from_si<Energy>(figure.joule), std::string(key.per), std::move(figure.formula),
                             std::move(figure.source), from_si<Length>(figure.node)});
  }
  return table;
}

}  // namespace nvcim
