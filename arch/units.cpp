// SPDX-License-Identifier: Apache-2.0
#include "arch/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "arch/check.h"

namespace nvcim {
namespace {

struct Prefix {
  std::string_view text;
  int exponent;
};
constexpr std::array<Prefix, 11> kPrefixes = {{{"a", -18},
                                               {"f", -15},
                                               {"p", -12},
                                               {"n", -9},
                                               {"u", -6},
                                               {"m", -3},
                                               {"", 0},
                                               {"k", 3},
                                               {"M", 6},
                                               {"G", 9},
                                               {"T", 12}}};
constexpr double kCelsiusZero = 273.15;

/// Whole seconds of the units that people give ages in.
constexpr std::array<std::pair<std::string_view, int>, 6> kLongTimes = {
    {{"min", 60}, {"h", 3600}, {"d", 86400}, {"day", 86400}, {"y", 31557600}, {"year", 31557600}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Length of the decimal number at the start of `text`; 0: none. Hexadecimal, inf and nan are none.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const std::size_t digits_begin = at;
  std::size_t points = 0;
  while (at < text.size() && (is_digit(text[at]) || (text[at] == '.' && points == 0)))
    points += text[at++] == '.' ? 1 : 0;
  if (at - digits_begin == points) return 0;
  std::size_t exponent = at;
  if (exponent < text.size() && (text[exponent] == 'e' || text[exponent] == 'E')) {
    ++exponent;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    if (exponent < text.size() && is_digit(text[exponent])) {
      while (exponent < text.size() && is_digit(text[exponent])) ++exponent;
      at = exponent;
    }
  }
  return at;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The ways people type micro, ohm and square, as the ASCII forms.
std::string ascii_unit(std::string_view unit) {
  std::string text(unit);
  text = replace_all(std::move(text), "\u00b5", "u");
  text = replace_all(std::move(text), "\u03bc", "u");
  text = replace_all(std::move(text), "\u03a9", "ohm");
  text = replace_all(std::move(text), "\u2126", "ohm");
  return replace_all(std::move(text), "\u00b2", "^2");
}

bool is_squared(std::string_view symbol) {
  return symbol.ends_with("^2");
}

/// The power of ten that `unit` stands for when it is a prefixed `symbol`.
std::optional<int> unit_exponent(std::string_view unit, std::string_view symbol) {
  if (!unit.ends_with(symbol)) return std::nullopt;
  unit.remove_suffix(symbol.size());
  const int power = is_squared(symbol) ? 2 : 1;
  for (const Prefix& prefix : kPrefixes)
    if (unit == prefix.text) return power * prefix.exponent;
  return std::nullopt;
}

/// Multiplies by a power of ten on the decimal text, so that no rounding but the last one happens.
std::optional<double> scaled_decimal(std::string_view number, int exponent) {
  if (number.front() == '+') number.remove_prefix(1);
  std::string mantissa(number);
  const std::size_t e = mantissa.find_first_of("eE");
  if (e != std::string::npos) {
    std::string_view digits = std::string_view(mantissa).substr(e + 1);
    if (digits.front() == '+') digits.remove_prefix(1);
    int own = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), own).ec != std::errc() || std::abs(own) > 10000)
      return std::nullopt;
    exponent += own;
    mantissa.resize(e);
  }
  const std::string text = mantissa + "e" + std::to_string(exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string_view example(std::string_view symbol) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> examples = {{{"s", "10 ns"},
                                                                                       {"Hz", "1.2 GHz"},
                                                                                       {"m", "32 nm"},
                                                                                       {"m^2", "1200 um^2"},
                                                                                       {"J", "1.67 pJ"},
                                                                                       {"W", "2 mW"},
                                                                                       {"V", "0.2 V"},
                                                                                       {"A", "5 uA"},
                                                                                       {"S", "40 uS"},
                                                                                       {"ohm", "1 ohm"},
                                                                                       {"K", "300 K"}}};
  for (const auto& [unit, text] : examples)
    if (unit == symbol) return text;
  return "1";
}

/// What to write instead, and the units where an example does not show them all.
std::string advice(std::string_view symbol, std::string_view like) {
  std::string text = "write e.g. \"" + std::string(like.empty() ? example(symbol) : like) + "\"";
  if (symbol == "s") text += "; units: s with a prefix (ns, us, ms), min, h, d, y";
  if (symbol == "K") text += "; units: C, K";
  return text;
}

/// Decimal digits and exponent of a finite value: value = ±d.ddd × 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

Decimal decimal(double value, int significant) {
  std::array<char, 64> buffer;
  const auto result = significant == 0 ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                       std::chars_format::scientific)
                                       : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                       std::chars_format::scientific, significant - 1);
  NVCIM_CHECK(result.ec == std::errc(), "value {}", value);
  std::string_view text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  Decimal out;
  if (text.front() == '-') {
    out.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e))
    if (c != '.') out.digits += c;
  std::string_view exponent = text.substr(e + 1);
  if (exponent.front() == '+') exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  return out;
}

/// d.ddd × 10^exponent written without an exponent, for small |exponent|.
std::string plain(const std::string& digits, int exponent) {
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto point = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= point) return digits + std::string(point - digits.size(), '0');
  return digits.substr(0, point) + "." + digits.substr(point);
}

/// @param square_metres  whether an area may be in them from 0.001 m^2 on; else it is in mm^2 up to 1 m^2
std::string with_prefix(const Decimal& number, std::string_view symbol, bool square_metres) {
  // Squared prefixes are 10^6 apart, so they take values from 0.001 on.
  const int power = is_squared(symbol) ? 2 : 1;
  const int first = power == 2 ? -3 : 0;
  const Prefix* best = nullptr;
  for (const Prefix& prefix : kPrefixes) {
    const bool is_milli = power == 2 && !square_metres && prefix.exponent == -3;
    const int last = power * prefix.exponent + (is_milli ? 6 : 3);
    if (best == nullptr && number.exponent >= power * prefix.exponent + first && number.exponent < last) best = &prefix;
  }
  std::string text = number.negative ? "-" : "";
  if (best != nullptr) {
    text += plain(number.digits, number.exponent - power * best->exponent);
  } else {
    text += plain(number.digits, 0) + "e" + std::to_string(number.exponent);
  }
  const std::string unit = std::string(best == nullptr ? "" : best->text) + std::string(symbol);
  return unit.empty() ? text : text + " " + unit;
}

std::string formatted(double value, std::string_view symbol, int significant, bool square_metres) {
  if (!std::isfinite(value)) return (std::isnan(value) ? "nan " : value > 0 ? "inf " : "-inf ") + std::string(symbol);
  if (value == 0) return symbol.empty() ? "0" : "0 " + std::string(symbol);
  return with_prefix(decimal(value, significant), symbol, square_metres);
}

}  // namespace

std::optional<double> parse_si(std::string_view text, std::string_view symbol, std::string& why,
                               std::string_view like) {
  const std::string_view whole = trim(text);
  const std::size_t length = number_length(whole);
  if (length == 0) {
    why = "is not a number with a unit; " + advice(symbol, like);
    return std::nullopt;
  }
  const std::string unit = ascii_unit(trim(whole.substr(length)));
  if (unit.empty()) {
    why = "has no unit; " + advice(symbol, like);
    return std::nullopt;
  }
  const bool celsius = symbol == "K" && unit == "C";
  const auto* const long_time = std::find_if(kLongTimes.begin(), kLongTimes.end(),
                                             [&](const auto& entry) { return symbol == "s" && entry.first == unit; });
  const bool is_long = long_time != kLongTimes.end();
  const std::optional<int> exponent = celsius || is_long ? 0 : unit_exponent(unit, symbol);
  if (!exponent) {
    why = "has unit " + unit + " where " + std::string(symbol) + " is needed; " + advice(symbol, like);
    return std::nullopt;
  }
  std::optional<double> value = scaled_decimal(whole.substr(0, length), *exponent);
  if (!value) {
    why = "is not a number that fits a double";
    return std::nullopt;
  }
  if (celsius) *value += kCelsiusZero;
  if (is_long) *value *= long_time->second;
  return value;
}

std::string format_si(double value, std::string_view symbol) {
  return formatted(value, symbol, 0, true);
}

std::string format_si_rounded(double value, std::string_view symbol, int digits) {
  return formatted(value, symbol, digits, false);
}

}  // namespace nvcim
