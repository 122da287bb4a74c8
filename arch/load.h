// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "arch/input_error.h"
#include "arch/parameters.h"

namespace nvcim {

/// Longest chain of "extends".
inline constexpr int kMaxExtends = 8;

/// Loads an architecture: the built-in defaults, under what the file `extends` (a preset's name, or a file relative to
/// the extending one), under the file itself, under the overrides in their order.
/// @param name_or_file   a preset's name (arch/presets.h) or a path.
/// @param set_overrides  "/json/pointer=value" each; the value is JSON, or else text: "/adc/bits=6",
/// "/device/model=ideal",
///                       "/device/g_max=40 uS".
/// Errors: InputError with every fault of every layer and every contradiction between sections. A contradiction is only
/// reported when the values it compares were themselves right.
Architecture load_architecture(const std::string& name_or_file, const std::vector<std::string>& set_overrides = {});

/// The same from JSON text that is not in a file. @param origin  name in messages; "extends" with a relative path is
/// relative to the working folder.
Architecture parse_architecture(std::string_view text, const std::string& origin,
                                const std::vector<std::string>& set_overrides = {});

/// Every parameter resolved, sections in the order of the description. Loading the text gives an equal Architecture.
nlohmann::ordered_json to_json(const Architecture& architecture);

}  // namespace nvcim
