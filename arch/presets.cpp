// SPDX-License-Identifier: Apache-2.0
#include "arch/presets.h"

#include <nlohmann/json.hpp>

#include "arch/embedded_presets.h"

namespace nvcim {
namespace {

/// The part of SOURCES.md under "## name", without the heading.
std::string section_of(std::string_view text, std::string_view name) {
  const std::string heading = "\n## " + std::string(name) + "\n";
  const std::size_t at = text.find(heading);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + heading.size());
  rest = rest.substr(0, rest.find("\n## "));
  while (!rest.empty() && rest.front() == '\n') rest.remove_prefix(1);
  while (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  return std::string(rest);
}

}  // namespace

std::vector<PresetInfo> presets() {
  std::vector<PresetInfo> out;
  for (const EmbeddedText& preset : embedded_presets()) {
    const auto file = nlohmann::json::parse(preset.text);
    out.push_back({std::string(preset.name), file.at("chip").at("description").get<std::string>(),
                   section_of(embedded_sources(), preset.name)});
  }
  return out;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const EmbeddedText& preset : embedded_presets()) names.emplace_back(preset.name);
  return names;
}

std::optional<std::string_view> preset_text(std::string_view name) {
  for (const EmbeddedText& preset : embedded_presets())
    if (preset.name == name) return preset.text;
  return std::nullopt;
}

}  // namespace nvcim
