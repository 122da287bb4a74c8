// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_instance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "arch/check.h"
#include "arch/random.h"
#include "device/read_noise.h"
#include "device/wire_resistance.h"
#include "mapping/ageing.h"
#include "mapping/cell_targets.h"
#include "mapping/for_each_index.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;

/// Moves every free cell to where it is after /device/age.
void age_block(const Architecture& architecture, const Network& network, const Plan& plan, int index,
               const WrittenCells& cells, std::vector<std::int16_t>& codes) {
  BlockAgeing ageing(architecture.device, network, plan, index, cells.draws);
  if (!ageing.moves()) return;
  const Block& block = plan.blocks[index];
  const std::span<const std::uint8_t> writing = cells.blocks[index].writing;
  for (int row = 0; row < block.rows; ++row) {
    const std::size_t first = std::size_t(row) * block.columns, columns = block.columns;
    const std::span<std::int16_t> of_row(codes.data() + first, columns);
    ageing.age_row(row, of_row, writing.empty() ? writing : writing.subspan(first, columns), of_row);
  }
}

void add_read_variance(const DeviceParameters& device, const LayerPlan& layer, ProgrammedBlock& cells) {
  if (!device::has_read_noise(device)) return;
  const CellRange range = cell_range(device, layer.encoding);
  if (device.read_noise_model == ReadNoiseModel::constant) {
    cells.cell_read_variance = device::read_variance(device, range.span, 0);
    return;
  }
  // The largest conductance a cell can take fills the 16-bit scale; every block of a layer shares it.
  cells.variance_scale = 65535.0 / device::read_variance(device, range.span, double(range.highest) + range.pedestal);
  cells.read_variance.resize(cells.codes.size());
  for (std::size_t i = 0; i < cells.codes.size(); ++i) {
    const double conductance = std::abs(double(cells.codes[i]) + range.pedestal);
    cells.read_variance[i] = static_cast<std::uint16_t>(
        std::nearbyint(device::read_variance(device, range.span, conductance) * cells.variance_scale));
  }
}

/// Gain and offset belong to the physical ADC: blocks packed into one crossbar share them.
ColumnConverters draw_converters(const Architecture& architecture, const Block& block, std::uint64_t seed,
                                 std::uint32_t instance) {
  ColumnConverters converters;
  converters.gain.assign(block.columns, 1.0f);
  converters.offset.assign(block.columns, 0.0f);
  const AdcParameters& adc = architecture.adc;
  if (adc.gain_sigma == 0 && adc.offset_sigma == 0) return converters;
  const auto crossbar = static_cast<std::uint32_t>(block.crossbar);
  const DrawStream gain(seed, Purpose::adc_gain, instance, crossbar, 0);
  const DrawStream offset(seed, Purpose::adc_offset, instance, crossbar, 0);
  for (int column = 0; column < block.columns; ++column) {
    const auto unit = static_cast<std::uint32_t>((block.crossbar_column + column) / adc.columns_per_adc);
    converters.gain[column] = static_cast<float>(1.0 + adc.gain_sigma * gain.normals(0, unit / 4)[unit % 4]);
    converters.offset[column] = static_cast<float>(adc.offset_sigma * offset.normals(0, unit / 4)[unit % 4]);
  }
  return converters;
}

/// Replaces the codes of every block in one crossbar by those of its effective conductances. Cells that hold no weight
/// are unformed: they do not conduct. The pedestal's reference stays ideal, so its loss on the wires shows in the
/// codes.
void fold_in_wires(const Architecture& architecture, const Plan& plan, int crossbar, ChipInstance& chip) {
  const int rows = architecture.crossbar.rows;
  const int columns = architecture.crossbar.columns;
  std::vector<double> siemens(std::size_t(rows) * columns, 0.0);
  const auto visit = [&](auto&& cell) {
    for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
      const Block& block = plan.blocks[index];
      if (block.crossbar != crossbar) continue;
      const CellRange range = cell_range(architecture.device, plan.layers[plan.layer_of_node[block.node]].encoding);
      const double step = (architecture.device.g_max.value() - architecture.device.g_min.value()) / range.span;
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column)
          cell(chip.blocks[index].codes[std::size_t(row) * block.columns + column], range, step,
               siemens[std::size_t(block.crossbar_row + row) * columns + block.crossbar_column + column]);
    }
  };
  visit([](std::int16_t code, const CellRange& range, double step, double& g) { g = (code + range.pedestal) * step; });
  const Resistance segment = architecture.crossbar.wire_resistance;
  siemens = device::effective_conductance(siemens, rows, columns, {segment, segment});
  visit([](std::int16_t& code, const CellRange& range, double step, double& g) {
    code = static_cast<std::int16_t>(
        std::clamp(std::nearbyint(g / step) - range.pedestal, double(range.lowest), double(range.highest)));
  });
}

}  // namespace

ChipInstance program_once(const Architecture& architecture, const Network& network, const Plan& plan,
                          std::uint64_t seed, std::uint32_t instance, int threads) {
  return program(architecture, network, plan, WritePlan{}, seed, instance, threads);
}

ChipInstance program(const Architecture& architecture, const Network& network, const Plan& plan,
                     const WritePlan& write_plan, std::uint64_t seed, std::uint32_t instance, int threads) {
  return make_instance(architecture, network, plan,
                       write_cells(architecture, network, plan, write_plan, {seed, instance}, false, threads), threads);
}

ChipInstance make_instance(const Architecture& architecture, const Network& network, const Plan& plan,
                           WrittenCells cells, int threads) {
  NVCIM_CHECK(cells.blocks.size() == plan.blocks.size(), "{} written blocks for {}", cells.blocks.size(),
              plan.blocks.size());
  ChipInstance chip;
  chip.seed = cells.draws.seed;
  chip.instance = cells.draws.instance;
  chip.first_node = cells.draws.first_node;
  chip.pedestal = cell_range(architecture.device, plan.layers.front().encoding).pedestal;
  chip.blocks.resize(plan.blocks.size());
  for_each_index(static_cast<int>(plan.blocks.size()), threads, [&](int index) {
    const Block& block = plan.blocks[index];
    ProgrammedBlock& programmed = chip.blocks[index];
    programmed.codes = std::move(cells.blocks[index].codes);
    age_block(architecture, network, plan, index, cells, programmed.codes);
    programmed.converters = draw_converters(architecture, block, chip.seed, chip.instance);
  });
  if (architecture.crossbar.wire_model == WireModel::effective_conductance)
    for_each_index(plan.crossbars_used, threads,
                   [&](int crossbar) { fold_in_wires(architecture, plan, crossbar, chip); });
  for_each_index(static_cast<int>(plan.blocks.size()), threads, [&](int index) {
    add_read_variance(architecture.device, plan.layers[plan.layer_of_node[plan.blocks[index].node]],
                      chip.blocks[index]);
  });
  return chip;
}

}  // namespace nvcim::mapping
