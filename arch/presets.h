// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nvcim {

/// An architecture file that is part of the program (arch/presets/*.json, embedded when it is built).
struct PresetInfo {
  std::string name;
  std::string description;  ///< /chip/description of the file
  std::string sources;      ///< its section of arch/presets/SOURCES.md: where every figure comes from
};

inline constexpr std::string_view kDefaultPreset = "rram_1t1r_128";

/// All presets, sorted by name.
std::vector<PresetInfo> presets();
std::vector<std::string> preset_names();
/// The JSON text of a preset as it stands in arch/presets/, or nothing.
std::optional<std::string_view> preset_text(std::string_view name);

}  // namespace nvcim
