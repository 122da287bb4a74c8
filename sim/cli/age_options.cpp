// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/age_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "arch/input_error.h"
#include "device/models/device_law.h"
#include "sim/cli/command_line.h"
#include "sim/studies/options/option_list.h"

namespace nvcim::cli {
namespace {

constexpr const char* kAge = "/device/age";
constexpr const char* kTemperature = "/device/temperature";
constexpr const char* kDrift = "/device/drift";

bool is_set(const std::vector<std::string>& set, const char* pointer) {
  return std::any_of(set.begin(), set.end(),
                     [&](const std::string& text) { return text.starts_with(std::string(pointer) + "="); });
}

/// Name of the option that fills a member.
std::string name_of(const AgeOptions& options, const std::string& member) {
  return sim::option_name(options, &member);
}

/// Adds the override of one option. @return its value in SI units, or nothing when it was not given or is wrong
std::optional<double> read(const std::string& option, const std::string& text, const char* pointer,
                           const sim::Quantity& kind, std::vector<std::string>& overrides,
                           std::vector<InputIssue>& issues) {
  if (text.empty()) return std::nullopt;
  if (is_set(overrides, pointer))
    throw CommandLineError(fmt::format("{} and --set {} are both given", option, pointer));
  const std::optional<double> value = sim::quantity_value(text, kind);
  if (value)
    overrides.push_back(fmt::format("{}={}", pointer, format_si(*value, kind.symbol)));
  else
    issues.push_back({option, "", sim::quantity_issue(text, kind)});
  return value;
}

/// Faults of the values are the options' own.
[[noreturn]] void rethrow(const InputError& error, const AgeOptions& options) {
  std::vector<InputIssue> issues = error.issues();
  for (InputIssue& issue : issues) {
    const bool age = issue.pointer == kAge && !options.age.empty();
    const bool temperature = issue.pointer == kTemperature && !options.temperature.empty();
    if (issue.file == "--set" && (age || temperature))
      issue = {name_of(options, age ? options.age : options.temperature), "", issue.message};
  }
  throw InputError(std::move(issues));
}

}  // namespace

AgedArchitecture load_aged(const AgeOptions& options, const std::vector<std::string>& set,
                           const std::function<Architecture(const std::vector<std::string>&)>& load) {
  std::vector<std::string> overrides = set;
  std::vector<InputIssue> issues;
  const std::string age_option = name_of(options, options.age),
                    temperature_option = name_of(options, options.temperature);
  const std::optional<double> age = read(age_option, options.age, kAge, sim::kAgeKind, overrides, issues);
  const std::optional<double> temperature =
      read(temperature_option, options.temperature, kTemperature, sim::kTemperatureKind, overrides, issues);
  Architecture before;
  try {
    before = load(set);
  } catch (const InputError& error) {
    issues.insert(issues.end(), error.issues().begin(), error.issues().end());
  }
  if (!issues.empty()) throw InputError(std::move(issues));
  if (!age && !temperature) return {std::move(before), false};

  const DeviceParameters& device = before.device;
  if (age && *age == 0 && !temperature && device.age.value() == 0) return {std::move(before), false};
  const bool nothing_set = device.drift == DriftModel::none && device.relaxation == RelaxationModel::none;
  const bool has_law = static_cast<bool>(device::device_law(device.model).drift);
  const char* const model = choice_text(device.model);
  const bool switch_on = age && *age > 0 && nothing_set && has_law && !is_set(set, kDrift);
  if (switch_on) overrides.push_back(fmt::format("{}=model", kDrift));
  if (age && *age > 0 && nothing_set && !switch_on)
    issues.push_back(
        {age_option, "",
         has_law ? fmt::format("{} moves no cell: /device/drift is none; set it to model, the law of {}", options.age,
                               model)
                 : fmt::format("{} moves no cell: {} has no drift law, and /device/relaxation is none; set the latter "
                               "to a technology, e.g. --set /device/relaxation=technology_c",
                               options.age, model)});
  if (temperature && device.relaxation == RelaxationModel::none)
    issues.push_back({temperature_option, "",
                      fmt::format("{} has no effect: only relaxation was measured at several temperatures, and "
                                  "/device/relaxation is none; set it to a technology, e.g. --set "
                                  "/device/relaxation=technology_b",
                                  options.temperature)});
  else if (temperature && (age ? *age : device.age.value()) == 0)
    issues.push_back(
        {temperature_option, "",
         fmt::format("{} has no effect right after programming; give {}", options.temperature, age_option)});
  if (!issues.empty()) throw InputError(std::move(issues));
  try {
    return {load(overrides), switch_on};
  } catch (const InputError& error) {
    rethrow(error, options);
  }
}

}  // namespace nvcim::cli
