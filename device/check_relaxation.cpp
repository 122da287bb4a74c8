// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "arch/check.h"
#include "device/models/device_law.h"
#include "device/relaxation.h"

namespace nvcim::device {
namespace {

constexpr double kRoom = 25;  ///< C
constexpr double kRoomTolerance = 0.25;

/// What was measured of a technology; seconds and degrees Celsius, 0: not measured. N9 of the sources: A. Levy et al.
struct Measured {
  double g_max;
  double shortest, longest;  ///< at 25 C
  bool bakes;                ///< 1.2 to 2 h at 100 to 260 C
};
constexpr double kBakeShortest = 1.2 * 3600, kBakeLongest = 2 * 3600;
constexpr double kBakeColdest = 100, kBakeHottest = 260;
constexpr std::array<Measured, 3> kMeasured = {
    {{240e-6, 0, 0, true}, {128e-6, 0.01, 1e4, true}, {40e-6, 0.01, 1e5, false}}};

std::string conditions(const Measured& measured) {
  std::string room = fmt::format("at {:g} C from {} to {}", kRoom, format_si(measured.shortest, "s"),
                                 format_si(measured.longest, "s"));
  const std::string bakes = fmt::format("after bakes of 1.2 h to 2 h at {:g} to {:g} C", kBakeColdest, kBakeHottest);
  if (!measured.bakes) return room;
  return measured.longest == 0 ? bakes : room + " and " + bakes;
}

void check_time(const DeviceParameters& p, const Measured& measured, std::vector<Contradiction>& faults) {
  const double age = p.age.value(), celsius = p.temperature.value() - kZeroCelsius;
  if (age == 0) return;
  const bool room = measured.longest > 0 && is_room_temperature(p.temperature);
  const bool bake =
      measured.bakes && celsius > kBakeColdest - kRoomTolerance && celsius < kBakeHottest + kRoomTolerance;
  const char* name = choice_text(p.relaxation);
  if (!room && !bake)
    faults.push_back(
        {{"/device/temperature", "/device/relaxation"},
         fmt::format("temperature {:.6g} C was not measured: {} is known {}", celsius, name, conditions(measured))});
  const double shortest = bake ? kBakeShortest : measured.shortest, longest = bake ? kBakeLongest : measured.longest;
  if ((room || bake) && (age < shortest || age > longest))
    faults.push_back({{"/device/age", "/device/relaxation"},
                      fmt::format("age {} at {:.6g} C was not measured: {} is known {}", format_quantity(p.age),
                                  celsius, name, conditions(measured))});
}

}  // namespace

bool is_room_temperature(Temperature temperature) {
  return std::abs(temperature.value() - kZeroCelsius - kRoom) <= kRoomTolerance;
}

DeviceParameters after_reverify_wait(const Architecture& architecture) {
  DeviceParameters device = architecture.device;
  const WriteControllerParameters& controller = architecture.write_controller;
  device.age = controller.reverify_rounds > 0 ? controller.reverify_wait : Time();
  device.temperature = from_si<Temperature>(kZeroCelsius + kRoom);
  return device;
}

std::vector<Contradiction> check_relaxation(const DeviceParameters& p) {
  std::vector<Contradiction> faults;
  if (p.relaxation == RelaxationModel::none) return faults;
  const char* name = choice_text(p.relaxation);
  const Measured& measured = kMeasured[static_cast<int>(p.relaxation) - 1];
  if (p.g_max.value() > measured.g_max * (1 + 1e-9))
    faults.push_back({{"/device/g_max", "/device/relaxation"},
                      fmt::format("g_max {} is above {}, the largest conductance at which {} was measured",
                                  format_quantity(p.g_max), format_si(measured.g_max, "S"), name)});
  if (const double since = device_law(p.model).measured_after(p); since > 0)
    faults.push_back(
        {{"/device/relaxation", "/device/model"},
         fmt::format("{0} is the spread {1} after writing, so what {2} moves until then would count twice; set "
                     "/device/drift to model (the law of {0}) instead, or /device/model to a spread right after "
                     "writing, e.g. gaussian",
                     choice_text(p.model), format_si(since, "s"), name)});
  check_time(p, measured, faults);
  return faults;
}

}  // namespace nvcim::device
