// SPDX-License-Identifier: Apache-2.0
#include "device/check_device.h"

#include <fmt/format.h>

#include "arch/input_error.h"
#include "device/measured_table.h"
#include "device/models/device_law.h"
#include "device/relaxation.h"

namespace nvcim::device {
namespace {

void check_range(const DeviceParameters& p, std::vector<Contradiction>& faults) {
  const DeviceLaw& law = device_law(p.model);
  const double lowest = law.lowest(p);
  const double highest = law.highest(p);
  // Decimal text such as "0.04 mS" need not give the same double.
  constexpr double kRounding = 1e-9;
  const auto check = [&](const char* key, Conductance g) {
    if (g.value() < lowest * (1 - kRounding) || g.value() > highest * (1 + kRounding))
      faults.push_back({{fmt::format("/device/{}", key), "/device/model"},
                        fmt::format("{} {} is outside {}..{}, over which {} was measured", key, format_quantity(g),
                                    format_si(lowest, "S"), format_si(highest, "S"), choice_text(p.model))});
  };
  check("g_min", p.g_min);
  check("g_max", p.g_max);
}

void check_time(const DeviceParameters& p, std::vector<Contradiction>& faults) {
  const DeviceLaw& law = device_law(p.model);
  if (p.drift == DriftModel::model) {
    if (!law.drift)
      faults.push_back({{"/device/drift", "/device/model"}, fmt::format("{} has no drift law", choice_text(p.model))});
    if (p.relaxation != RelaxationModel::none)
      faults.push_back({{"/device/relaxation", "/device/drift"},
                        "drift \"model\" and relaxation are both given; the same movement would count twice"});
    const double longest = law.drift.longest_age;
    if (p.age.value() > longest)
      faults.push_back({{"/device/age", "/device/drift"},
                        fmt::format("age {} is above {}, up to which {} was measured", format_quantity(p.age),
                                    format_si(longest, "s"), choice_text(p.model))});
  }
  if (p.read_noise_model == ReadNoiseModel::model && law.read_sigma == nullptr)
    faults.push_back(
        {{"/device/read_noise_model", "/device/model"}, fmt::format("{} has no read-noise law", choice_text(p.model))});
  for (const Contradiction& fault : check_relaxation(p)) faults.push_back(fault);
}

void check_pulses(const char* section, const PulseParameters& pulses, std::vector<Contradiction>& faults) {
  const auto check = [&](const char* variable, auto start, auto stop) {
    if (stop < start)
      faults.push_back({{fmt::format("/{}/{}_stop", section, variable), fmt::format("/{}/{}_start", section, variable)},
                        fmt::format("{0}_stop {1} is below {0}_start {2}", variable, format_quantity(stop),
                                    format_quantity(start))});
  };
  check("amplitude", pulses.amplitude_start, pulses.amplitude_stop);
  check("gate", pulses.gate_start, pulses.gate_stop);
  check("width", pulses.width_start, pulses.width_stop);
}

void check_process(const WriteControllerParameters& controller, std::vector<Contradiction>& faults) {
  if (controller.process == WriteProcess::fixed_mean &&
      controller.fixed_set_pulses + controller.fixed_reset_pulses == 0)
    faults.push_back(
        {{"/write_controller/fixed_set_pulses", "/write_controller/fixed_reset_pulses"},
         "fixed_set_pulses and fixed_reset_pulses are both 0; a fixed_mean write needs at least one pulse"});
}

/// Every pulse must be possible with what the pump and the chip's power leave for one cell at g_max.
void check_limits(const Architecture& architecture, std::vector<Contradiction>& faults) {
  const WriteControllerParameters& controller = architecture.write_controller;
  const auto check = [&](const char* pointer, Voltage amplitude) {
    const Current one_cell = amplitude * architecture.device.g_max;
    const Power power = one_cell * amplitude;
    constexpr double kRounding = 1 + 1e-9;
    if (controller.charge_pump_current.value() > 0 && controller.charge_pump_current * kRounding < one_cell)
      faults.push_back({{"/write_controller/charge_pump_current", pointer, "/device/g_max"},
                        fmt::format("{} cannot pulse one cell at g_max with {} = {}, which takes {}",
                                    format_quantity(controller.charge_pump_current), pointer,
                                    format_quantity(amplitude), format_si_rounded(one_cell.value(), "A"))});
    if (controller.peak_power.value() > 0 && controller.peak_power * kRounding < power)
      faults.push_back({{"/write_controller/peak_power", pointer, "/device/g_max"},
                        fmt::format("{} cannot pulse one cell at g_max with {} = {}, which takes {}",
                                    format_quantity(controller.peak_power), pointer, format_quantity(amplitude),
                                    format_si_rounded(power.value(), "W"))});
  };
  check("/write_controller/pulse_voltage", controller.pulse_voltage);
  check("/set_pulse/amplitude_stop", architecture.set_pulse.amplitude_stop);
  check("/reset_pulse/amplitude_stop", architecture.reset_pulse.amplitude_stop);
}

void check_reverify(const Architecture& architecture, std::vector<Contradiction>& faults) {
  const WriteControllerParameters& controller = architecture.write_controller;
  if (controller.reverify_rounds == 0) return;
  if (controller.process == WriteProcess::fixed_mean || controller.process == WriteProcess::measured)
    faults.push_back({{"/write_controller/reverify_rounds", "/write_controller/process"},
                      fmt::format("{} has no verify read of its own to repeat; use redraw or incremental",
                                  choice_text(controller.process))});
  // What /device itself does wrong is said of it already.
  for (const Contradiction& fault : check_relaxation(after_reverify_wait(architecture)))
    if (fault.pointers.front() == "/device/age" || fault.pointers.front() == "/device/temperature")
      faults.push_back({{"/write_controller/reverify_wait", "/device/relaxation"}, fault.message});
}

void check_table(const Architecture& architecture, std::vector<Contradiction>& faults) {
  const DeviceParameters& p = architecture.device;
  if (!p.model.row().reads("table") && architecture.write_controller.process != WriteProcess::measured) return;
  try {
    const MeasuredTable table = MeasuredTable::load(p.table);
    if (architecture.crossbar.encoding == Encoding::ideal_signed)
      faults.push_back({{"/device/table", "/crossbar/encoding"}, "a signed cell has no level of a measured table"});
    else if (table.levels() != 1 << architecture.crossbar.cell_bits)
      faults.push_back({{"/device/table", "/crossbar/cell_bits"},
                        fmt::format("\"{}\" has {} levels, cells of {} bits have {}", p.table, table.levels(),
                                    architecture.crossbar.cell_bits, 1 << architecture.crossbar.cell_bits)});
    if (architecture.write_controller.process == WriteProcess::measured)
      for (const std::string& missing : table.unstated(architecture.write_controller.max_attempts))
        faults.push_back({{"/device/table"}, fmt::format("\"{}\" {}", p.table, missing)});
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) {
      const bool in_table = !issue.file.empty();
      faults.push_back({{"/device/table"},
                        in_table ? fmt::format("{}: {}{}{}", issue.file, issue.pointer,
                                               issue.pointer.empty() ? "" : ": ", issue.message)
                                 : issue.message});
    }
  }
}

}  // namespace

std::vector<Contradiction> check_device(const Architecture& architecture) {
  std::vector<Contradiction> faults;
  check_range(architecture.device, faults);
  check_time(architecture.device, faults);
  check_pulses("set_pulse", architecture.set_pulse, faults);
  check_pulses("reset_pulse", architecture.reset_pulse, faults);
  check_process(architecture.write_controller, faults);
  check_limits(architecture, faults);
  check_reverify(architecture, faults);
  check_table(architecture, faults);
  return faults;
}

}  // namespace nvcim::device
