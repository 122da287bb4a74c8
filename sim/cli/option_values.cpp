// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/option_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace nvcim::cli {
namespace {

std::string named(std::string_view text) {
  return text.empty() ? "nothing" : std::string(text);
}

/// The value times 10^shift, rounded once.
std::optional<double> decimal(std::string_view text, int shift) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e' || c == 'E' || c == '+';
  };
  // from_chars also reads inf and nan.
  if (text.empty() || !std::all_of(text.begin(), text.end(), plain)) return std::nullopt;
  std::string shifted(text);
  if (shift != 0) {
    const std::size_t e = text.find_first_of("eE");
    int exponent = 0;
    if (e != std::string_view::npos) {
      const std::size_t digits = e + (e + 1 < text.size() && text[e + 1] == '+' ? 2 : 1);
      const auto [end, error] = std::from_chars(text.data() + digits, text.data() + text.size(), exponent);
      if (error != std::errc() || end != text.data() + text.size() || std::abs(exponent) > 1000) return std::nullopt;
    }
    shifted = fmt::format("{}e{}", text.substr(0, e), exponent + shift);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (error != std::errc() || end != shifted.data() + shifted.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <class T>
CLI::Validator between(T least, T most) {
  const auto check = [least, most](std::string& text) -> std::string {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    // CLI11 would read 010 as the octal eight.
    const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
    if (whole && digits.size() > 1 && digits.front() == '0')
      return fmt::format("{} begins with 0; write {}", text, value);
    if (whole && value >= least && value <= most) return "";
    return fmt::format("{} is not a whole number of {} to {}", named(text), least, most);
  };
  return CLI::Validator(check, "", "");
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  return decimal(text, 0);
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return decimal(text, 0);
  text.remove_suffix(1);
  if (text.ends_with(' ')) text.remove_suffix(1);
  return decimal(text, -2);
}

double percent_of(double share) {
  return *decimal(fmt::format("{}", share), 2);
}

CLI::Validator is_whole(int least, int most) {
  return between(least, most);
}

CLI::Validator at_most(std::uint64_t most) {
  return between(std::uint64_t{0}, most);
}

CLI::Validator is_number(Range range) {
  const auto check = [range](std::string& text) -> std::string {
    const std::optional<double> value = parse_number(text);
    if (value && range.holds(*value)) return "";
    return fmt::format("{} is not a number{}", named(text), sim::range_text(range));
  };
  return CLI::Validator(check, "", "");
}

CLI::Validator is_share(Range range) {
  const auto check = [range](std::string& text) -> std::string {
    const std::optional<double> value = parse_share(text);
    if (value && range.holds(*value)) {
      text = fmt::format("{}", *value);
      return "";
    }
    // Who writes 5 most often means 5 %.
    const bool percent = value && !text.ends_with('%') && *value >= 1 && range.holds(*parse_share(text + "%"));
    const std::string instead =
        percent ? fmt::format("write {}% or {}", text, *parse_share(text + "%")) : std::string("write e.g. 0.05 or 5%");
    return fmt::format("{} is not a share{}; {}", named(text), sim::range_text(range), instead);
  };
  return CLI::Validator(check, "", "");
}

CLI::Validator is_one_of(std::vector<std::string> names) {
  const auto check = [names = std::move(names)](std::string& text) { return sim::unknown_name(text, names); };
  return CLI::Validator(check, "", "");
}

}  // namespace nvcim::cli
