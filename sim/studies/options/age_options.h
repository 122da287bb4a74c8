// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "arch/units.h"
#include "sim/studies/options/describe.h"

namespace nvcim::sim {

inline constexpr Quantity kAgeKind{UnitSymbol<Time>::text, "1 h", "TIME"};
inline constexpr Quantity kTemperatureKind{UnitSymbol<Temperature>::text, "85 C", "TEMPERATURE"};

/// The same chip later: short for two --set.
struct AgeOptions {
  std::string age;          ///< "1h"; empty: not given
  std::string temperature;  ///< "85C"; empty: not given

  template <class V>
  void describe(V& v) {
    v.quantity("--age", age, kAgeKind,
               "Time since the chip was programmed, e.g. 30min, 1h, 1d, 10y (/device/age); switches the drift law of "
               "the device model on where neither drift nor relaxation is set",
               {.decides = Decides::input});
    v.quantity("--temperature", temperature, kTemperatureKind,
               "Temperature over that time, e.g. 125C (/device/temperature); needs /device/relaxation",
               {.decides = Decides::input});
  }
  bool operator==(const AgeOptions&) const = default;
};

}  // namespace nvcim::sim
