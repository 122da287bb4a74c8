// SPDX-License-Identifier: Apache-2.0
#include "arch/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "arch/cost/adc_laws/adc_law.h"
#include "arch/without_effect.h"

namespace nvcim {
namespace {

class Checks {
 public:
  Checks(const Architecture& architecture, const ParameterLayers& layers) : a_(architecture), layers_(layers) {}

  std::vector<Contradiction> all() {
    conductances();
    crossbar();
    exact_sums();
    wires();
    converters();
    for (Contradiction& contradiction : check_adc_law(a_)) found_.push_back(std::move(contradiction));
    for (Contradiction& contradiction : without_effect(a_, layers_)) found_.push_back(std::move(contradiction));
    return std::move(found_);
  }

 private:
  void say(std::vector<std::string> pointers, std::string message) {
    found_.push_back({std::move(pointers), std::move(message)});
  }

  void conductances() {
    const DeviceParameters& device = a_.device;
    if (!(device.g_min < device.g_max)) {
      say({"/device/g_min", "/device/g_max"},
          fmt::format("{} is not below /device/g_max = {}", format_quantity(device.g_min),
                      format_quantity(device.g_max)));
    } else {
      // The pedestal of g_min is a 16-bit code like every other.
      constexpr double kHighestCode = 32767;
      const double steps = (device.g_min / (device.g_max - device.g_min)).value() * std::ldexp(1.0, device.grid_bits);
      if (steps > kHighestCode)
        say({"/device/g_min", "/device/g_max", "/device/grid_bits"},
            fmt::format("{} is {:.0f} steps of the conductance grid; at most {:.0f}: raise /device/g_max = {} or lower "
                        "/device/grid_bits = {}",
                        format_quantity(device.g_min), steps, kHighestCode, format_quantity(device.g_max),
                        device.grid_bits));
    }
    if (device.sigma + device.sigma_slope < 0)
      say({"/device/sigma_slope", "/device/sigma"},
          fmt::format("{} makes the standard deviation at g_max negative; at least -/device/sigma = {}",
                      device.sigma_slope, -device.sigma));
    if (device.stuck_at_g_min + device.stuck_at_g_max > 1)
      say({"/device/stuck_at_g_min", "/device/stuck_at_g_max"},
          fmt::format("{} and /device/stuck_at_g_max = {} are more than all cells", device.stuck_at_g_min,
                      device.stuck_at_g_max));
    if (a_.crossbar.encoding != Encoding::ideal_signed && device.grid_bits < a_.crossbar.cell_bits + 2)
      say({"/device/grid_bits", "/crossbar/cell_bits"},
          fmt::format("{} bits are too coarse for /crossbar/cell_bits = {}; at least {}", device.grid_bits,
                      a_.crossbar.cell_bits, a_.crossbar.cell_bits + 2));
  }

  void crossbar() {
    if (a_.crossbar.columns < 2 && a_.crossbar.encoding != Encoding::ideal_signed)
      say({"/crossbar/columns", "/crossbar/encoding"},
          fmt::format("{} column cannot hold a weight of /crossbar/encoding = {}, which takes two or more",
                      a_.crossbar.columns, choice_text(a_.crossbar.encoding)));
    if (a_.adc.columns_per_adc > a_.crossbar.columns)
      say({"/adc/columns_per_adc", "/crossbar/columns"},
          fmt::format("{} columns share an ADC but /crossbar/columns = {}", a_.adc.columns_per_adc,
                      a_.crossbar.columns));
  }

  /// Contract C1: a column sum, with codes up to twice the grid's span, is an exact 32-bit integer.
  void exact_sums() {
    const std::int64_t largest = std::int64_t{a_.crossbar.rows} * ((std::int64_t{1} << a_.dac.bits) - 1) * 2 *
                                 (std::int64_t{1} << a_.device.grid_bits);
    if (largest >= std::int64_t{1} << 31)
      say({"/device/grid_bits", "/crossbar/rows", "/dac/bits"},
          fmt::format(
              "column sums reach {}, past the exact range of 2^31 - 1, with /crossbar/rows = {}, /dac/bits = {} and {} "
              "grid bits; lower one of them",
              largest, a_.crossbar.rows, a_.dac.bits, a_.device.grid_bits));
  }

  void wires() {
    const bool resistive = a_.crossbar.wire_resistance.value() > 0;
    const bool modelled = a_.crossbar.wire_model == WireModel::effective_conductance;
    if (resistive && !modelled)
      say({"/crossbar/wire_resistance", "/crossbar/wire_model"},
          fmt::format("{} has no effect with /crossbar/wire_model = none; set it to effective_conductance, or the "
                      "resistance to 0 ohm",
                      format_quantity(a_.crossbar.wire_resistance)));
    if (modelled && !resistive)
      say({"/crossbar/wire_model", "/crossbar/wire_resistance"},
          "effective_conductance needs /crossbar/wire_resistance above 0 ohm");
    if (modelled && a_.crossbar.encoding == Encoding::ideal_signed)
      say({"/crossbar/wire_model", "/crossbar/encoding"},
          "effective_conductance needs physical cells; /crossbar/encoding = ideal_signed has none");
  }

  void converters() {
    const double highest = std::ldexp(1.0, a_.adc.bits) - 1;
    if (a_.adc.model == AdcModel::sar && std::abs(a_.adc.inl) > highest)
      say({"/adc/inl", "/adc/bits"}, fmt::format("{} LSB is more than the {:.0f} LSB of full scale with /adc/bits = {}",
                                                 a_.adc.inl, highest, a_.adc.bits));
  }

  const Architecture& a_;
  const ParameterLayers& layers_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> cross_check(const Architecture& architecture, const ParameterLayers& layers) {
  return Checks(architecture, layers).all();
}

}  // namespace nvcim
