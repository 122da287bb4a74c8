// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nvcim::device {

/// How a table counts the pulses of a cell: its statement "#! pulses = …".
enum class PulseCounting {
  all,          ///< "set + reset": attempts; one may hold a pulse of either polarity
  all_but_one,  ///< "set + reset - 1": the first pulse is given before the first attempt and is not verified
};

/// A table of measured write-verify as its text has it: one line per bin, the statements resolved.
struct TableText {
  struct Bin {
    std::int64_t line;  ///< of the text, from 1
    int level;
    double r_low, r_high;  ///< ohm
    int pulses, set, reset;
    bool success;
    std::int64_t cells;
  };
  /// "#! ended LEVEL passed|failed uS = …"
  struct Ended {
    std::int64_t line;
    int level;
    bool passed;
    std::vector<double>
        microsiemens;  ///< quantiles at equal steps of probability, the first the least, the last the most
  };

  std::vector<Bin> bins;
  std::vector<Ended> ended;
  PulseCounting counting = PulseCounting::all;
  bool failed_as_unverified = false;  ///< "#! failed = unverified"
};

/// Reads the columns and statements of device/tables/README.md.
/// @throws InputError with every faulty line, those of one kind in one issue.
TableText read_table_text(std::string_view text, const std::string& file);

}  // namespace nvcim::device
