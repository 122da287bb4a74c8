// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "arch/json_input.h"
#include "arch/load.h"
#include "workloads/weights_fingerprint.h"

namespace nvcim::mapping {
namespace {

using std::string_view_literals::operator""sv;

/// Whole sections, and names.
constexpr std::array kFreeSections = {"name"sv,      "dac"sv,          "sample_hold"sv,  "adc"sv,
                                      "shift_add"sv, "buffer"sv,       "interconnect"sv, "digital"sv,
                                      "energy"sv,    "static_power"sv, "peak_power"sv,   "area"sv};

constexpr std::array kFreeParameters = {
    // What the chip is built of beside its cells.
    "/chip/description"sv,
    "/chip/clock"sv,
    "/chip/technology"sv,
    "/chip/temperature"sv,
    "/chip/links"sv,
    "/tile/crossbars_per_group"sv,
    "/tile/input_register_bytes"sv,
    "/tile/output_register_bytes"sv,
    "/tile/tile_output_register_bytes"sv,
    "/crossbar/input_registers"sv,
    // Reading.
    "/crossbar/read_time"sv,
    "/crossbar/read_voltage"sv,
    "/crossbar/wire_resistance"sv,
    "/crossbar/wire_model"sv,
    "/device/read_noise_model"sv,
    "/device/read_noise"sv,
    // Time after programming.
    "/device/drift"sv,
    "/device/relaxation"sv,
    "/device/relaxation_shape"sv,
    "/device/age"sv,
    "/device/temperature"sv,
    // Time, power and wear of programming. A budget that they ended sooner shows in the cells' state.
    "/device/endurance"sv,
    "/write_controller/write_drivers"sv,
    "/write_controller/pulse_width"sv,
    "/write_controller/pulse_voltage"sv,
    "/write_controller/set_up_time"sv,
    "/write_controller/idle_to_read_time"sv,
    "/write_controller/read_to_write_time"sv,
    "/write_controller/write_to_read_time"sv,
    "/write_controller/polarity_switch_time"sv,
    "/write_controller/post_read_time"sv,
    "/write_controller/charge_pump_current"sv,
    "/write_controller/peak_power"sv,
    "/write_controller/half_select"sv,
    "/write_controller/buffer_rows"sv,
};

/// Objects are flattened to their values; one without any stays as it is.
void compare(const nlohmann::ordered_json& programmed, const nlohmann::ordered_json& now, const std::string& pointer,
             const ChipFile& chip, std::vector<InputIssue>& issues) {
  const auto value = [](const nlohmann::ordered_json& object, const std::string& key) {
    return object.is_object() && object.contains(key) ? object[key] : nlohmann::ordered_json();
  };
  if (programmed.is_object() || now.is_object()) {
    for (const auto& [key, inner] : programmed.items())
      compare(inner, value(now, key), pointer + "/" + pointer_segment(key), chip, issues);
    for (const auto& [key, inner] : now.items())
      if (value(programmed, key).is_null()) compare({}, inner, pointer + "/" + pointer_segment(key), chip, issues);
    return;
  }
  if (programmed == now || is_free_after_programming(pointer)) return;
  const auto text = [](const nlohmann::ordered_json& json) {
    return json.is_null() ? std::string("not given") : shown(nlohmann::json(json));
  };
  issues.push_back(
      {chip.path.string(), pointer,
       fmt::format("the chip was programmed with {}, the architecture has {}", text(programmed), text(now))});
}

}  // namespace

bool is_free_after_programming(std::string_view pointer) {
  const std::string_view section = pointer.substr(1, pointer.find('/', 1) - 1);
  const auto holds = [](const auto& table, std::string_view wanted) {
    return std::find(table.begin(), table.end(), wanted) != table.end();
  };
  return holds(kFreeSections, section) || holds(kFreeParameters, pointer);
}

std::vector<InputIssue> chip_mismatches(const ChipFile& chip, const Architecture& architecture,
                                        const workloads::Network& network) {
  std::vector<InputIssue> issues;
  compare(to_json_without_comments(chip.architecture), to_json_without_comments(architecture), "", chip, issues);
  const std::uint64_t weights = workloads::weights_fingerprint(network);
  if (chip.weights_fingerprint != weights)
    issues.push_back({chip.path.string(), "/weights_fingerprint",
                      fmt::format("the chip holds {} (weights {:016x}), not {} (weights {:016x})", chip.network,
                                  chip.weights_fingerprint, network.name, weights)});
  return issues;
}

}  // namespace nvcim::mapping
