// SPDX-License-Identifier: Apache-2.0
#include "arch/without_effect.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "arch/cost/adc_laws/adc_law.h"
#include "arch/own_parameters.h"

namespace nvcim {
namespace {

class WithoutEffect {
 public:
  WithoutEffect(const Architecture& architecture, const ParameterLayers& layers) : a_(architecture), layers_(layers) {}

  std::vector<Contradiction> all() {
    device();
    writing();
    ramps();
    converters();
    elsewhere();
    return std::move(found_);
  }

 private:
  /// @param ineffective  what `pointer` gives does nothing while `switch_pointer` is `setting`
  void check(bool ineffective, const std::string& pointer, const std::string& switch_pointer,
             const std::string& setting, const std::string& needed) {
    if (ineffective && is_on_top_of(pointer, switch_pointer))
      found_.push_back(
          {{pointer, switch_pointer},
           fmt::format("has no effect with {} = {}; set that to {} as well", switch_pointer, setting, needed)});
  }

  bool is_on_top_of(const std::string& pointer, const std::string& switch_pointer) const {
    const auto given = layers_.find(pointer);
    if (given == layers_.end()) return false;
    const auto chosen = layers_.find(switch_pointer);
    return chosen == layers_.end() || chosen->second < given->second || given->second == kOverrideLayer;
  }

  void device() {
    const DeviceParameters& device = a_.device;
    const DeviceModels::Row& model = device.model.row();
    for (const auto& [key, first_model] : parameters_of_rows(DeviceModels::rows))
      if (key != "table")  // a process of writing reads it too
        check(!model.reads(key), fmt::format("/device/{}", key), "/device/model", model.name, first_model);
    check(device.read_noise_model == ReadNoiseModel::model, "/device/read_noise", "/device/read_noise_model", "model",
          "constant or proportional");
    check(device.read_noise_model == ReadNoiseModel::proportional && device.read_noise == 0, "/device/read_noise_model",
          "/device/read_noise", "0", "more than 0");
    check(device.drift == DriftModel::none && device.relaxation == RelaxationModel::none, "/device/age",
          "/device/drift", "none", "model, or /device/relaxation to a technology,");
    for (const char* pointer : {"/device/temperature", "/device/relaxation_shape"})
      check(device.relaxation == RelaxationModel::none, pointer, "/device/relaxation", "none", "a technology");
  }

  void writing() {
    const WriteControllerParameters& controller = a_.write_controller;
    const std::string process = choice_text(controller.process);
    const auto check_process = [&](WriteProcess needed, const char* pointer) {
      check(controller.process != needed, pointer, "/write_controller/process", process, choice_text(needed));
    };
    for (const char* pointer : {"/write_controller/fixed_set_pulses", "/write_controller/fixed_reset_pulses"})
      check_process(WriteProcess::fixed_mean, pointer);
    for (const char* pointer :
         {"/device/set_threshold", "/device/reset_threshold", "/device/threshold_sigma", "/device/threshold_per_decade",
          "/device/access_drop", "/device/pulse_part", "/device/pulse_sigma"})
      check_process(WriteProcess::incremental, pointer);
    check(controller.process != WriteProcess::measured && !a_.device.model.row().reads("table"), "/device/table",
          "/write_controller/process", process, "measured, or /device/model to measured,");
    check(controller.process == WriteProcess::measured, "/write_controller/tolerance", "/write_controller/process",
          process, "redraw or incremental");
    check(controller.process == WriteProcess::fixed_mean, "/write_controller/max_attempts", "/write_controller/process",
          process, "incremental");
    check(controller.reverify_rounds == 0, "/write_controller/reverify_wait", "/write_controller/reverify_rounds", "0",
          "1 or more");
  }

  /// A loop that never steps.
  void ramps() {
    const auto loops = [this](const std::string& section, const PulseParameters& pulses) {
      const auto loop = [&](const char* variable, auto start, auto stop) {
        check(start == stop, fmt::format("/{}/{}_step", section, variable),
              fmt::format("/{}/{}_stop", section, variable), format_quantity(stop),
              fmt::format("more than {}_start", variable));
      };
      loop("amplitude", pulses.amplitude_start, pulses.amplitude_stop);
      loop("gate", pulses.gate_start, pulses.gate_stop);
      loop("width", pulses.width_start, pulses.width_stop);
    };
    loops("set_pulse", a_.set_pulse);
    loops("reset_pulse", a_.reset_pulse);
  }

  void converters() {
    const AdcParameters& adc = a_.adc;
    const bool ideal = adc.model == AdcModel::ideal;
    for (const char* pointer : {"/adc/range", "/adc/full_scale_levels", "/adc/layer_full_scale", "/adc/offset_sigma",
                                "/adc/gain_sigma", "/adc/inl"})
      check(ideal, pointer, "/adc/model", "ideal", "sar");
    // Its cost still follows the bits, which is not what somebody who sets them alone is after.
    if (ideal && is_on_top_of("/adc/bits", "/adc/model"))
      found_.push_back({{"/adc/bits", "/adc/model"},
                        "limits no sum with /adc/model = ideal, whose resolution has no end; set that to sar as well"});
    check(!ideal && adc.range != AdcRange::full_scale_levels, "/adc/full_scale_levels", "/adc/range",
          choice_text(adc.range), "full_scale_levels");
    check(!ideal && adc.range != AdcRange::per_layer, "/adc/layer_full_scale", "/adc/range", choice_text(adc.range),
          "per_layer");
    const AdcEnergyLaws::Row& energy_law = adc.energy_law.row();
    for (const auto& [pointer, first_law] : parameters_of_rows(AdcEnergyLaws::rows))
      check(!reads_parameter(energy_law.parameters, pointer), pointer, "/adc/energy_law", energy_law.name, first_law);
    const auto law = layers_.find("/adc/energy_law");
    const auto given = layers_.find("/energy/adc_conversion");
    if (a_.overrides.energy.contains("adc_conversion") && law != layers_.end() && given != layers_.end() &&
        law->second > given->second && adc_law(adc.energy_law).conversion != nullptr)
      found_.push_back({{"/adc/energy_law", "/energy/adc_conversion"},
                        fmt::format("{} has no effect while /energy/adc_conversion is given; set that to null as well",
                                    choice_text(adc.energy_law))});
  }

  void elsewhere() {
    check(a_.crossbar.encoding == Encoding::ideal_signed, "/crossbar/cell_bits", "/crossbar/encoding", "ideal_signed",
          "differential_pair or offset_column");
    check(a_.mapping.duplication == Duplication::given, "/mapping/area_limit", "/mapping/duplication", "given", "auto");
  }

  const Architecture& a_;
  const ParameterLayers& layers_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> without_effect(const Architecture& architecture, const ParameterLayers& layers) {
  return WithoutEffect(architecture, layers).all();
}

}  // namespace nvcim
