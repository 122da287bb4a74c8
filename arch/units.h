// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/units/quantity.hpp>
#include <boost/units/systems/si.hpp>
#include <optional>
#include <string>
#include <string_view>

/// The physical quantities of the project. A quantity is never a bare double; unwrap with `.value()`
/// (SI base value) only in kernels, text output and sc_time conversion.
namespace nvcim {

namespace si = boost::units::si;

using Time = boost::units::quantity<si::time>;
using Frequency = boost::units::quantity<si::frequency>;
using Length = boost::units::quantity<si::length>;
using Area = boost::units::quantity<si::area>;
using Energy = boost::units::quantity<si::energy>;
using Power = boost::units::quantity<si::power>;
using Voltage = boost::units::quantity<si::electric_potential>;
using Current = boost::units::quantity<si::current>;
using Conductance = boost::units::quantity<si::conductance>;
using Resistance = boost::units::quantity<si::resistance>;
using Temperature = boost::units::quantity<si::temperature>;

template <class Q>
constexpr Q from_si(double value) {
  return Q::from_value(value);
}

/// The unit symbol of a quantity's SI base: "s", "Hz", "m", "m^2", "J", "W", "V", "A", "S", "ohm", "K".
template <class Q>
struct UnitSymbol;
template <>
struct UnitSymbol<Time> {
  static constexpr const char* text = "s";
};
template <>
struct UnitSymbol<Frequency> {
  static constexpr const char* text = "Hz";
};
template <>
struct UnitSymbol<Length> {
  static constexpr const char* text = "m";
};
template <>
struct UnitSymbol<Area> {
  static constexpr const char* text = "m^2";
};
template <>
struct UnitSymbol<Energy> {
  static constexpr const char* text = "J";
};
template <>
struct UnitSymbol<Power> {
  static constexpr const char* text = "W";
};
template <>
struct UnitSymbol<Voltage> {
  static constexpr const char* text = "V";
};
template <>
struct UnitSymbol<Current> {
  static constexpr const char* text = "A";
};
template <>
struct UnitSymbol<Conductance> {
  static constexpr const char* text = "S";
};
template <>
struct UnitSymbol<Resistance> {
  static constexpr const char* text = "ohm";
};
template <>
struct UnitSymbol<Temperature> {
  static constexpr const char* text = "K";
};

/// Reads "40 uS", "1.2 GHz", "0.5 um^2", "85 C" (temperature), "-3e2 mV": number, optional blanks, prefix and unit.
/// @param symbol  SI symbol wanted (UnitSymbol). Prefixes: a f p n u m k M G T ("mm^2" squares its prefix).
///                "µ" and "Ω" are understood; "C" is degrees Celsius where K is wanted; times may be in
///                min, h, d or day, y or year (of 365.25 days).
/// @param like    a value that suits what is asked for, for `why`; empty: one of the unit's
/// @return SI value, or nothing with `why` filled ("has no unit; write e.g. \"40 uS\"", "has unit V where S is
/// needed").
std::optional<double> parse_si(std::string_view text, std::string_view symbol, std::string& why,
                               std::string_view like = "");

/// Shortest text that reads back to the same double, with the prefix that puts it in 1…1000 (an area in 0.001…1000):
/// "40 uS". With an empty symbol the prefix stands alone: "150 k".
std::string format_si(double value, std::string_view symbol);
/// Rounded for people: `digits` significant digits, "1.67 pJ". An area below a square metre is in mm^2 or less, "1773
/// mm^2".
std::string format_si_rounded(double value, std::string_view symbol, int digits = 4);

template <class Q>
std::string format_quantity(Q quantity) {
  return format_si(quantity.value(), UnitSymbol<Q>::text);
}

}  // namespace nvcim
