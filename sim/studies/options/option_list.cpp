// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/options/option_list.h"

#include <algorithm>
#include <cmath>

#include "arch/json_input.h"
#include "arch/units.h"

namespace nvcim::sim {
namespace {

const ListedOption* option_of(const std::vector<ListedOption>& options, const void* member) {
  const auto at =
      std::find_if(options.begin(), options.end(), [&](const ListedOption& one) { return one.member == member; });
  return at == options.end() ? nullptr : &*at;
}

bool is_given(const std::vector<ListedOption>& options, const void* member) {
  const ListedOption* const option = option_of(options, member);
  return option != nullptr && option->given;
}

bool excludes(const ListedOption& one, const ListedOption& other) {
  const auto& members = one.about.excludes;
  return other.member != nullptr && std::find(members.begin(), members.end(), other.member) != members.end();
}

}  // namespace

std::string range_text(const Range& range) {
  if (std::isinf(range.low) && std::isinf(range.high)) return "";
  if (std::isinf(range.high)) return fmt::format(" {} {}", range.with_low ? "of at least" : "above", range.low);
  if (range.with_low && range.with_high) return fmt::format(" from {} to {}", range.low, range.high);
  return fmt::format(" {} {} and {} {}", range.with_low ? "from" : "above", range.low,
                     range.with_high ? "up to" : "below", range.high);
}

std::string unknown_name(const std::string& text, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), text) != names.end()) return "";
  return fmt::format("{} is unknown; {}", text.empty() ? "nothing" : text, suggestion(text, names));
}

std::string quantity_issue(const std::string& text, const Quantity& kind) {
  if (text.starts_with('+')) return fmt::format("{} begins with '+'; write e.g. \"{}\"", text, kind.like);
  std::string why;
  const std::optional<double> value = parse_si(text, kind.symbol, why, kind.like);
  if (!value) return fmt::format("{} {}", text, why);
  return kind.positive && *value <= 0 ? text + " is not above 0" : "";
}

std::optional<double> quantity_value(const std::string& text, const Quantity& kind) {
  if (text.empty() || !quantity_issue(text, kind).empty()) return std::nullopt;
  std::string why;
  return parse_si(text, kind.symbol, why, kind.like);
}

std::string OptionLister::number_issue(double value, const Range& range, const char* what) {
  if (std::isfinite(value) && range.holds(value)) return "";
  return fmt::format("{} is not {}{}", value, what, range_text(range));
}

ListedOption& OptionLister::add(const char* name, const void* member, const About& about) {
  ListedOption option;
  const std::string_view names = name;
  const std::size_t comma = names.find(',');
  // Where it has both, its place is what a repeat uses.
  option.name = comma == std::string_view::npos ? names : names.substr(comma + 1);
  option.by_place = !option.name.starts_with('-');
  option.of_every_command = of_every_command_;
  option.member = member;
  option.about = about;
  return options_.emplace_back(std::move(option));
}

std::string OptionLister::elsewhere(const std::string& text, const TextKind& kind) const {
  if (!relocate_ || text.empty()) return text;
  if (kind.path_behind != nullptr && text.starts_with(kind.path_behind)) {
    const std::string before = kind.path_behind;
    return before + relocate_(text.substr(before.size()));
  }
  if (!kind.is_path || (kind.is_name != nullptr && kind.is_name(text))) return text;
  return relocate_(text);
}

void OptionLister::quantity(const char* name, std::string& member, const Quantity& kind, const char*,
                            const About& about) {
  ListedOption& option = add(name, &member, about);
  option.given = !member.empty();
  if (!option.given) return;
  option.texts = {member};
  option.value = member;
  option.issue = quantity_issue(member, kind);
}

void OptionLister::one_text(ListedOption& option, const std::string& text, const TextKind& kind) const {
  option.given = !text.empty();
  if (!option.given) return;
  option.texts = {elsewhere(text, kind)};
  option.value = option.texts.front();
  if (kind.wrong != nullptr) option.issue = kind.wrong(text);
}

void OptionLister::texts(const char* name, std::vector<std::string>& member, const TextKind& kind, const char*,
                         const About& about) {
  std::vector<std::string> texts;
  for (const std::string& text : member) texts.push_back(elsewhere(text, kind));
  list(add(name, &member, about), texts);
}

void OptionLister::words(const char* name, std::vector<std::string>& member, const TextKind& kind, const char*,
                         const About& about) {
  ListedOption& option = add(name, &member, about);
  option.given = !member.empty();
  for (const std::string& text : member) option.texts.push_back(elsewhere(text, kind));
  if (option.given) option.value = option.texts;
}

void OptionLister::flag(const char* name, bool& member, const char*, const About& about) {
  ListedOption& option = add(name, &member, about);
  option.given = member;
  option.is_flag = true;
  option.value = member;
}

std::string joined_names(const std::vector<ListedOption>& options) {
  std::string text;
  for (std::size_t i = 0; i < options.size(); ++i)
    text += (i == 0 ? "" : i + 1 == options.size() ? " and " : ", ") + options[i].name;
  return text;
}

std::vector<std::string> command_words(const std::vector<ListedOption>& options,
                                       const std::vector<ListedOption>& defaults, Defaults said) {
  const auto is_default = [&](const ListedOption& option) {
    const ListedOption& other = defaults[std::size_t(&option - options.data())];
    return option.given == other.given && option.texts == other.texts;
  };
  // A default that need not be said gives way to what cannot stand beside it.
  const auto has_place = [&](const ListedOption& option) {
    if (option.about.moot_with != nullptr && is_given(options, option.about.moot_with)) return false;
    if (!is_default(option)) return true;
    if (said == Defaults::left_out) return false;
    for (const void* other : {option.about.needs, option.about.moot_without})
      if (other != nullptr && !is_given(options, other)) return false;
    return std::none_of(options.begin(), options.end(), [&](const ListedOption& other) {
      return other.given && !is_default(other) && (excludes(option, other) || excludes(other, option));
    });
  };
  std::vector<std::string> words;
  const auto append = [&](const auto& wanted) {
    for (const ListedOption& option : options) {
      if (!option.given || option.about.decides == Decides::nothing || !wanted(option) || !has_place(option)) continue;
      if (option.is_flag) words.push_back(option.name);
      for (const std::string& text : option.texts) {
        if (!option.by_place) words.push_back(option.name);
        words.push_back(text);
      }
    }
  };
  append([](const ListedOption& option) { return option.by_place; });
  append([](const ListedOption& option) { return !option.by_place && !option.of_every_command; });
  append([](const ListedOption& option) { return !option.by_place && option.of_every_command; });
  return words;
}

nlohmann::ordered_json options_json(const std::vector<ListedOption>& options) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const ListedOption& option : options)
    if (option.given && option.about.decides != Decides::nothing)
      json[option.name.substr(std::min(option.name.find_first_not_of('-'), option.name.size()))] = option.value;
  return json;
}

std::string outcome_text(const std::vector<ListedOption>& options, const std::vector<const void*>& leave_out) {
  std::string text;
  for (const ListedOption& option : options) {
    if (option.about.decides != Decides::outcome || !option.given) continue;
    if (std::find(leave_out.begin(), leave_out.end(), option.member) != leave_out.end()) continue;
    text += fmt::format("{} {}\n", option.name, fmt::join(option.texts, " "));
  }
  return text;
}

}  // namespace nvcim::sim
