// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "sim/studies/options/age_options.h"

/// The same chip later.
namespace nvcim::cli {

using sim::AgeOptions;

struct AgedArchitecture {
  Architecture architecture;
  bool drift_switched_on = false;  ///< by --age, since nothing else would have moved a cell
};

/// Puts the options on top of an architecture, as if they were its last --set.
/// @param set   what the user gave with --set
/// @param load  loads the architecture with such overrides
/// Errors: InputError from load, and for options that cannot be read or move nothing: it says what to set.
///         CommandLineError when one of them is also given with --set.
AgedArchitecture load_aged(const AgeOptions& options, const std::vector<std::string>& set,
                           const std::function<Architecture(const std::vector<std::string>&)>& load);

}  // namespace nvcim::cli
