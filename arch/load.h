// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "arch/cross_checks.h"
#include "arch/input_error.h"
#include "arch/parameters.h"

namespace nvcim {

/// Longest chain of "extends".
inline constexpr int kMaxExtends = 8;

/// Contradictions that a higher layer finds in an architecture, e.g. device::check_device.
using FurtherCheck = std::function<std::vector<Contradiction>(const Architecture&)>;

/// Loads an architecture: the built-in defaults, under what the file `extends` (a preset's name, or a file relative to
/// the extending one), under the file itself, under the overrides in their order.
/// @param name_or_file   a preset's name (arch/presets.h) or a path.
/// @param set_overrides  "/json/pointer=value" each; the value is JSON, or else text: "/adc/bits=6",
/// "/device/model=ideal",
///                       "/device/g_max=40 uS".
/// Errors: InputError with every fault of every layer and every contradiction between sections. A contradiction is only
/// reported when the values it compares were themselves right.
/// @param further_check  what a higher layer knows to be wrong, told together with everything else.
Architecture load_architecture(const std::string& name_or_file, const std::vector<std::string>& set_overrides = {},
                               const FurtherCheck& further_check = {});

/// The same from JSON text that is not in a file. @param origin  name in messages; "extends" with a relative path is
/// relative to the working folder.
Architecture parse_architecture(std::string_view text, const std::string& origin,
                                const std::vector<std::string>& set_overrides = {},
                                const FurtherCheck& further_check = {});

/// Every parameter resolved, sections in the order of the description. Loading the text gives an equal Architecture.
nlohmann::ordered_json to_json(const Architecture& architecture);
/// The same without "comment": two architectures that differ in comments alone are the same machine.
nlohmann::ordered_json to_json_without_comments(const Architecture& architecture);

}  // namespace nvcim
