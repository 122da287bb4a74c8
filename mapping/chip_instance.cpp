// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_instance.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "arch/check.h"
#include "arch/random.h"
#include "device/drift.h"
#include "device/programming_variation.h"
#include "device/read_noise.h"
#include "device/relaxation.h"
#include "device/stuck_cells.h"
#include "device/wire_resistance.h"
#include "mapping/cell_targets.h"
#include "mapping/verified_write.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

ProgrammedBlock program_block(const DeviceParameters& device, const Node& node, const LayerPlan& layer,
                              const Block& block, std::uint64_t seed, std::uint32_t instance) {
  const WeightEncoding& encoding = layer.encoding;
  const CellRange range = cell_range(device, encoding);
  const auto layer_id = static_cast<std::uint32_t>(block.node);
  const auto copy = static_cast<std::uint32_t>(block.copy);
  const DrawStream variation(seed, Purpose::programming_variation, instance, layer_id, copy);
  const DrawStream stuck(seed, Purpose::stuck_cell, instance, layer_id, copy);
  const bool any_stuck = device.stuck_at_g_min > 0 || device.stuck_at_g_max > 0;

  std::vector<double> sigma_of_level(encoding.max_level + 1);
  for (int level = 0; level <= encoding.max_level; ++level)
    sigma_of_level[level] =
        device::programming_sigma(device, static_cast<double>(level) / encoding.max_level) * range.span;
  // A cell's own offset is part of every unverified write of it.
  const DrawStream own(seed, Purpose::device_to_device, instance, layer_id, copy);
  const double own_sigma = device.device_to_device * device.sigma_scale * range.span;
  const bool varies = std::any_of(sigma_of_level.begin(), sigma_of_level.end(), [](double sigma) { return sigma > 0; });

  ProgrammedBlock cells;
  cells.codes.resize(std::size_t(block.rows) * block.columns);
  std::vector<int> levels(block.columns);
  std::vector<double> normal(block.columns, 0.0);
  std::vector<double> own_normal(block.columns, 0.0);
  std::vector<double> uniform(block.columns, 1.0);
  for (int row = 0; row < block.rows; ++row) {
    const auto matrix_row = static_cast<std::uint32_t>(block.row_begin + row);
    target_levels(node, encoding, block, row, levels);
    if (varies)
      fill_row(block, encoding, node.outputs(), normal,
               [&](std::uint32_t group) { return variation.normals(matrix_row, group); });
    if (own_sigma > 0)
      fill_row(block, encoding, node.outputs(), own_normal,
               [&](std::uint32_t group) { return own.normals(matrix_row, group); });
    if (any_stuck)
      fill_row(block, encoding, node.outputs(), uniform, [&](std::uint32_t group) {
        const DrawStream::Block bits = stuck.block(matrix_row, group);
        return std::array<double, 4>{DrawStream::uniform(bits[0]), DrawStream::uniform(bits[1]),
                                     DrawStream::uniform(bits[2]), DrawStream::uniform(bits[3])};
      });
    std::int16_t* codes = &cells.codes[std::size_t(row) * block.columns];
    for (int column = 0; column < block.columns; ++column) {
      const double deviation =
          sigma_of_level[std::abs(levels[column])] * normal[column] + own_sigma * own_normal[column];
      const double code = std::nearbyint(levels[column] * encoding.grid_per_level + deviation);
      codes[column] = static_cast<std::int16_t>(std::clamp(code, double(range.lowest), double(range.highest)));
      if (any_stuck) {
        const device::StuckState state = device::stuck_state(device, uniform[column]);
        if (state == device::StuckState::at_g_min) codes[column] = 0;
        if (state == device::StuckState::at_g_max) codes[column] = static_cast<std::int16_t>(range.span);
      }
    }
  }
  return cells;
}

/// Moves every free cell to where it is after /device/age. An abstract signed cell moves by its magnitude.
void age_block(const DeviceParameters& device, const Node& node, const LayerPlan& layer, const Block& block,
               std::uint64_t seed, std::uint32_t instance, ProgrammedBlock& cells) {
  const device::RelaxationLaw relaxation = device::relaxation_law(device);
  const bool relaxes = relaxation.sigma > 0;
  const bool drifts = device.drift == DriftModel::model;
  if (!relaxes && !drifts) return;
  const WeightEncoding& encoding = layer.encoding;
  const CellRange range = cell_range(device, encoding);
  const double step = (device.g_max.value() - device.g_min.value()) / range.span;
  const auto layer_id = static_cast<std::uint32_t>(block.node);
  const auto copy = static_cast<std::uint32_t>(block.copy);
  const DrawStream stream(seed, relaxes ? Purpose::relaxation : Purpose::drift, instance, layer_id, copy);
  const DrawStream stuck(seed, Purpose::stuck_cell, instance, layer_id, copy);
  std::vector<int> levels(block.columns);
  std::vector<double> normal(block.columns), uniform(block.columns), stuck_uniform(block.columns);
  const auto uniforms = [](const DrawStream::Block& bits) {
    return std::array<double, 4>{DrawStream::uniform(bits[0]), DrawStream::uniform(bits[1]),
                                 DrawStream::uniform(bits[2]), DrawStream::uniform(bits[3])};
  };
  for (int row = 0; row < block.rows; ++row) {
    const auto matrix_row = static_cast<std::uint32_t>(block.row_begin + row);
    target_levels(node, encoding, block, row, levels);
    fill_row(block, encoding, node.outputs(), normal,
             [&](std::uint32_t group) { return stream.normals(matrix_row, group); });
    fill_row(block, encoding, node.outputs(), uniform,
             [&](std::uint32_t group) { return uniforms(stream.block(matrix_row, group, 1)); });
    fill_row(block, encoding, node.outputs(), stuck_uniform,
             [&](std::uint32_t group) { return uniforms(stuck.block(matrix_row, group)); });
    std::int16_t* codes = &cells.codes[std::size_t(row) * block.columns];
    for (int column = 0; column < block.columns; ++column) {
      if (device::stuck_state(device, stuck_uniform[column]) != device::StuckState::free) continue;
      const bool negative = range.lowest < -range.pedestal && codes[column] < 0;
      const double programmed = ((negative ? -codes[column] : codes[column]) + range.pedestal) * step;
      const double target = (std::abs(levels[column]) * encoding.grid_per_level + range.pedestal) * step;
      const double aged = relaxes ? device::relaxed(device, relaxation, programmed, uniform[column], normal[column])
                                  : device::drifted(device, target, programmed, normal[column]);
      const double code = std::nearbyint(aged / step) - range.pedestal;
      codes[column] =
          static_cast<std::int16_t>(std::clamp(negative ? -code : code, double(range.lowest), double(range.highest)));
    }
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

/// Runs task(i) for i in 0…count-1 on a few threads; tasks are independent.
template <class Task>
void for_each_index(int count, int threads, Task task) {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) task(i);
  };
  std::vector<std::jthread> helpers;
  for (int i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
  work();
}

}  // namespace

ChipInstance program_once(const Architecture& architecture, const Network& network, const Plan& plan,
                          std::uint64_t seed, std::uint32_t instance, int threads) {
  return program(architecture, network, plan, WritePlan{}, seed, instance, threads);
}

ChipInstance program(const Architecture& architecture, const Network& network, const Plan& plan,
                     const WritePlan& write_plan, std::uint64_t seed, std::uint32_t instance, int threads) {
  NVCIM_CHECK(write_plan.verify.empty() || write_plan.verify.size() == plan.blocks.size(),
              "write plan of {} blocks for {}", write_plan.verify.size(), plan.blocks.size());
  ChipInstance chip;
  chip.seed = seed;
  chip.instance = instance;
  chip.pedestal = cell_range(architecture.device, plan.layers.front().encoding).pedestal;
  chip.blocks.resize(plan.blocks.size());
  for_each_index(static_cast<int>(plan.blocks.size()), threads, [&](int index) {
    const Block& block = plan.blocks[index];
    const LayerPlan& layer = plan.layers[plan.layer_of_node[block.node]];
    ProgrammedBlock& cells = chip.blocks[index];
    cells = program_block(architecture.device, network.nodes[block.node], layer, block, seed, instance);
    if (!write_plan.verify.empty())
      write_verified_cells(architecture, network.nodes[block.node], layer, block, write_plan.verify[index], seed,
                           instance, cells.codes);
    age_block(architecture.device, network.nodes[block.node], layer, block, seed, instance, cells);
    cells.converters = draw_converters(architecture, block, seed, instance);
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
