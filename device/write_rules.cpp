// SPDX-License-Identifier: Apache-2.0
#include "device/write_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "arch/input_error.h"
#include "device/models/device_law.h"
#include "device/read_noise.h"

namespace nvcim::device {
namespace {

PolarityRules polarity(const DeviceParameters& device, const PulseParameters& pulses, Voltage threshold,
                       Time reference_width) {
  PolarityRules rules{PulseRamp(pulses), {}};
  for (int i = 0; i < std::min(rules.ramp.length(), PolarityRules::kListed); ++i) {
    const double probability = switching_probability(device, threshold, reference_width, rules.ramp.at(i));
    rules.switching.push_back(static_cast<std::uint64_t>(std::ldexp(probability, 32)));
  }
  return rules;
}

/// P(N(0, sigma) > distance)
double beyond(double distance, double sigma) {
  if (sigma == 0) return 0;
  return 0.5 * std::erfc(distance / (sigma * std::numbers::sqrt2));
}

MeasuredLevel measured_level(const MeasuredTable& table, const CellRange& range, int level, int target, double sigma) {
  const int at = table.table_level(level);
  const MeasuredTable::Window window = table.window(at);
  MeasuredLevel rules{at, window.below * range.span, window.above * range.span, 0, 0};
  // No tail where the cell has no room beyond its window: no conductance below zero.
  if (target - std::floor(rules.below) - 1 >= range.lowest) rules.low_tail = beyond(rules.below, sigma);
  if (target + std::floor(rules.above) + 1 <= range.highest) rules.high_tail = beyond(rules.above, sigma);
  return rules;
}

void add_table(const Architecture& architecture, const ConductanceGrid& grid, WriteRules& rules) {
  const std::string& name = architecture.device.table;
  rules.table = MeasuredTable::load(name);
  const auto refuse = [&](const std::string& why) {
    throw InputError(architecture.name, "/device/table", fmt::format("\"{}\" {}", name, why));
  };
  if (rules.table->levels() != grid.max_level + 1)
    refuse(fmt::format("has {} levels, the cells have {}", rules.table->levels(), grid.max_level + 1));
  const std::vector<std::string> unstated = rules.table->unstated(rules.max_attempts);
  if (!unstated.empty()) refuse(unstated.front());
  for (int level = 0; level <= grid.max_level; ++level)
    rules.measured.push_back(
        measured_level(*rules.table, rules.range, level, level * grid.steps_per_level, rules.redraw_sigma[level]));
}

}  // namespace

double verify_resolution(const AdcParameters& adc, const CellRange& range) {
  return adc.model == AdcModel::ideal ? 0 : std::ldexp(2.0 * range.span, -adc.bits);
}

double verified_sigma(const Architecture& architecture) {
  if (device_law(architecture.device.model).exact) return 0;
  return architecture.write_controller.verified_sigma * architecture.device.sigma_scale;
}

WriteRules make_write_rules(const Architecture& architecture, const ConductanceGrid& grid) {
  const DeviceParameters& device = architecture.device;
  const WriteControllerParameters& controller = architecture.write_controller;
  const CellRange range = cell_range(device, architecture.crossbar.encoding, grid.span());
  const double unit = device.sigma_scale * range.span;
  const Time reference_width = architecture.set_pulse.width_start;
  const bool noise_by_cell = has_read_noise(device) && device.read_noise_model != ReadNoiseModel::constant;
  WriteRules rules{
      .process = controller.process,
      .range = range,
      .max_attempts = controller.max_attempts,
      .tolerance = controller.tolerance * unit,
      .steps_per_level = grid.steps_per_level,
      .redraw_sigma = {},
      .set = polarity(device, architecture.set_pulse, device.set_threshold, reference_width),
      .reset = polarity(device, architecture.reset_pulse, device.reset_threshold, reference_width),
      .remaining = 1 - device.pulse_part,
      .pulse_sigma = device.pulse_sigma * unit,
      .verified_sigma = verified_sigma(architecture) * range.span,
      .fixed_set = controller.fixed_set_pulses,
      .fixed_reset = controller.fixed_reset_pulses,
      .table = std::nullopt,
      .measured = {},
      .verify_lsb = verify_resolution(architecture.adc, range),
      .read_sigma = has_read_noise(device) && !noise_by_cell ? std::sqrt(read_variance(device, range.span, 0)) : 0,
      .noise_by_cell = noise_by_cell,
      .parameters = device,
  };
  for (int level = 0; level <= grid.max_level; ++level)
    rules.redraw_sigma.push_back(programming_sigma(device, static_cast<double>(level) / grid.max_level) * range.span);
  if (rules.process == WriteProcess::measured) add_table(architecture, grid, rules);
  return rules;
}

}  // namespace nvcim::device
