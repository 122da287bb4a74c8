// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/studies/options/describe.h"

/// What the value of an option may look like: one reader of numbers and one of shares for every command.
namespace nvcim::cli {

/// A number as people write it: "0.05", "-3", "1e-3". Nothing else: no '+', no blank, no 0x10, inf or nan.
std::optional<double> parse_number(std::string_view text);

/// A share: "0.05" or "5%", which are the same double.
std::optional<double> parse_share(std::string_view text);

using sim::kAnyNumber;
using sim::kNoEnd;
using sim::Range;

/// Validator: a whole number of `least` to `most`, in decimal digits.
CLI::Validator is_whole(int least, int most);
/// Validator: a whole number of 0 to `most`. CLI11 alone reads -1 as the largest unsigned number.
CLI::Validator at_most(std::uint64_t most);
/// Validator: a number within the range.
CLI::Validator is_number(Range range = kAnyNumber);
/// Transform (CLI::Option::transform): a share within the range, handed on as a plain number.
CLI::Validator is_share(Range range = {});
/// Validator: one of the names; the message says which is near.
CLI::Validator is_one_of(std::vector<std::string> names);

/// 0.05 → 5, to the last digit.
double percent_of(double share);

}  // namespace nvcim::cli
