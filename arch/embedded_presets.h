// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace nvcim {

struct EmbeddedText {
  std::string_view name;  ///< file name without its ending
  std::string_view text;
};

/// Written by arch/embed_presets.cmake when the library is built; sorted by name.
std::span<const EmbeddedText> embedded_presets();
/// arch/presets/SOURCES.md
std::string_view embedded_sources();

}  // namespace nvcim
