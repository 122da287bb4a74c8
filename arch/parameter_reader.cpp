// SPDX-License-Identifier: Apache-2.0
#include "arch/parameter_reader.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "arch/json_input.h"

namespace nvcim {

using nlohmann::json;

namespace {

constexpr double kHour = 3600;  // seconds

}  // namespace

ParameterReader::ParameterReader(const json& object, std::string file, std::string pointer,
                                 std::vector<InputIssue>& issues, std::set<std::string>& given,
                                 std::map<std::string, std::string>& comments)
    : object_(object),
      file_(std::move(file)),
      pointer_(std::move(pointer)),
      issues_(issues),
      given_(given),
      comments_(comments) {}

const json* ParameterReader::find(const char* key) {
  known_.emplace_back(key);
  const auto found = object_.find(key);
  if (found == object_.end()) return nullptr;
  given_.insert(path(key));
  return &*found;
}

std::string ParameterReader::path(const std::string& key) const {
  return pointer_ + "/" + pointer_segment(key);
}

std::string ParameterReader::path(const std::string& key, const std::string& inner) const {
  return path(key) + "/" + pointer_segment(inner);
}

void ParameterReader::issue(const std::string& pointer, std::string message) {
  issues_.push_back({file_, pointer, std::move(message)});
}

bool ParameterReader::expect_object(const char* key, const json& value) {
  if (value.is_object()) return true;
  issue(path(key), shown(value) + " is not an object {...}");
  return false;
}

bool ParameterReader::check_key(const std::string& pointer, const std::string& name,
                                const std::vector<std::string>& allowed) {
  for (const std::string& candidate : allowed)
    if (candidate == name) return true;
  issue(pointer, "unknown key; " + suggestion(name, allowed));
  return false;
}

void ParameterReader::take_comment(const std::string& pointer, const json& value) {
  if (value.is_string())
    comments_[pointer] = value.get<std::string>();
  else
    issue(pointer + "/" + kComment, shown(value) + " is not text; a comment is text in quotes");
}

void ParameterReader::check_choice(const std::string& pointer, const json& value,
                                   const std::vector<std::string>& names) {
  const std::string allowed = fmt::format("allowed: {}", fmt::join(names, ", "));
  if (!value.is_string()) {
    issue(pointer, shown(value) + " is not text; " + allowed);
    return;
  }
  for (const std::string& name : names)
    if (value == name) return;
  issue(pointer, shown(value) + " is unknown; " + suggestion(value.get<std::string>(), names));
}

bool ParameterReader::read_integer(const std::string& pointer, const json& value, int& out, int min, int max) {
  const std::string range = fmt::format("{}..{}", min, max);
  if (value.is_number_float()) {
    issue(pointer, shown(value) + " is not a whole number; allowed: " + range);
    return false;
  }
  if (!value.is_number_integer()) {
    issue(pointer, fmt::format("{} is not a number; a whole number in {} is needed", shown(value), range));
    return false;
  }
  // Unsigned first: nlohmann would hand out a wrapped value for numbers past the signed range.
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(max < 0 ? 0 : max)
                        : value.get<std::int64_t>() <= max;
  if (!fits || value.get<std::int64_t>() < min) {
    issue(pointer, fmt::format("{} is outside {}", shown(value), range));
    return false;
  }
  out = static_cast<int>(value.get<std::int64_t>());
  return true;
}

void ParameterReader::integer(const char* key, int& value, int min, int max, const char*) {
  if (const json* found = find(key)) read_integer(path(key), *found, value, min, max);
}

void ParameterReader::number(const char* key, double& value, double min, double max, const char*, const char*) {
  const json* found = find(key);
  if (found == nullptr) return;
  const std::string range = fmt::format("{}..{}", min, max);
  if (!found->is_number()) {
    issue(path(key), fmt::format("{} is not a number; a number in {} is needed", shown(*found), range));
    return;
  }
  const double number = found->get<double>();
  if (!(number >= min && number <= max)) {
    issue(path(key), fmt::format("{} is outside {}", shown(*found), range));
    return;
  }
  value = number;
}

void ParameterReader::flag(const char* key, bool& value, const char*) {
  const json* found = find(key);
  if (found == nullptr) return;
  if (found->is_boolean())
    value = found->get<bool>();
  else
    issue(path(key), shown(*found) + " is not true or false");
}

void ParameterReader::text(const char* key, std::string& value, const char*) {
  const json* found = find(key);
  if (found == nullptr) return;
  if (found->is_string())
    value = found->get<std::string>();
  else
    issue(path(key), shown(*found) + " is not text; write it in quotes");
}

void ParameterReader::integer_map(const char* key, std::map<std::string, int>& values, int min, int max, const char*) {
  const json* found = find(key);
  if (found == nullptr || !expect_object(key, *found)) return;
  for (const auto& [name, value] : found->items()) {
    const std::string where = path(key, name);
    if (name == kComment && !value.is_number()) {  // a layer may be called so
      take_comment(path(key), value);
      continue;
    }
    given_.insert(where);
    int number = 0;
    if (value.is_null())
      values.erase(name);
    else if (read_integer(where, value, number, min, max))
      values[name] = number;
  }
}

bool ParameterReader::read_si(const std::string& pointer, const json& value, const char* symbol, double min, double max,
                              double& out) {
  const std::string range = format_si(min, symbol) + " .. " + format_si(max, symbol);
  if (value.is_number()) {
    issue(pointer,
          fmt::format("{} has no unit; write text with a unit of {}, allowed: {}", shown(value), symbol, range));
    return false;
  }
  if (!value.is_string()) {
    issue(pointer, fmt::format("{} is not text with a unit of {}; allowed: {}", shown(value), symbol, range));
    return false;
  }
  std::string why;
  const bool may_be_long = std::string_view(symbol) == "s" && max >= kHour;
  const std::optional<double> parsed = parse_si(value.get<std::string>(), symbol, why, may_be_long ? "1 h" : "");
  if (!parsed) {
    issue(pointer, shown(value) + " " + why);
    return false;
  }
  if (!(*parsed >= min && *parsed <= max)) {
    issue(pointer, fmt::format("{} is outside {}", shown(value), range));
    return false;
  }
  out = *parsed;
  return true;
}

void ParameterReader::finish() {
  for (const auto& [key, value] : object_.items()) {
    if (key == kComment)
      take_comment(pointer_, value);
    else if (!nearest_name(key, {kComment}).empty() && nearest_name(key, known_).empty())
      issue(path(key), fmt::format("unknown key; did you mean \"{}\"?", kComment));
    else
      check_key(path(key), key, known_);
  }
}

}  // namespace nvcim
