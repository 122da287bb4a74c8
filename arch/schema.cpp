// SPDX-License-Identifier: Apache-2.0
#include "arch/schema.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "arch/catalogue.h"
#include "arch/presets.h"

namespace nvcim {
namespace {

using Json = nlohmann::ordered_json;

/// The texts that parse_si takes, as a regular expression.
std::string quantity_pattern(std::string_view symbol) {
  std::string unit(symbol);
  if (symbol == "ohm") unit = "(ohm|Ω|\u2126)";
  if (symbol == "m^2") unit = "m(\\^2|²)";
  std::string units = "(a|f|p|n|u|µ|\u03bc|m|k|M|G|T)?" + unit;
  if (symbol == "K") units = "(" + units + "|C)";
  if (symbol == "s") units = "(" + units + "|min|h|d|day|y|year)";
  return "^ *[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)? *" + units + " *$";
}

Json quantity(const ParameterInfo& parameter) {
  return {{"type", "string"}, {"pattern", quantity_pattern(parameter.unit)}};
}

Json or_null(Json schema, const std::string& description) {
  return {{"description", description}, {"anyOf", {std::move(schema), {{"type", "null"}}}}};
}

std::string sentence(const ParameterInfo& parameter) {
  std::string text = parameter.doc;
  if (!parameter.unit.empty() && parameter.kind == ParameterKind::number) text += fmt::format(" [{}]", parameter.unit);
  if (const std::string range = range_text(parameter); !range.empty()) text += fmt::format(". Allowed: {}", range);
  for (const auto& choice : parameter.choices) text += fmt::format("\n- {}: {}", choice.text, choice.doc);
  return text;
}

Json comment() {
  return {{"type", "string"}, {"description", "a remark; kept in the resolved file"}};
}

Json schema_of(const ParameterInfo& parameter) {
  Json schema;
  switch (parameter.kind) {
    case ParameterKind::integer:
      schema = {{"type", "integer"},
                {"minimum", static_cast<std::int64_t>(parameter.min)},
                {"maximum", static_cast<std::int64_t>(parameter.max)}};
      break;
    case ParameterKind::number:
      schema = {{"type", "number"}, {"minimum", parameter.min}, {"maximum", parameter.max}};
      break;
    case ParameterKind::quantity:
      schema = quantity(parameter);
      break;
    case ParameterKind::choice:
      schema["enum"] = Json::array();
      for (const auto& choice : parameter.choices) schema["enum"].push_back(choice.text);
      break;
    case ParameterKind::flag:
      schema["type"] = "boolean";
      break;
    case ParameterKind::text:
      schema["type"] = "string";
      break;
    case ParameterKind::integer_map:
      schema["type"] = "object";
      schema["properties"]["comment"] = comment();
      schema["additionalProperties"] = or_null({{"type", "integer"},
                                                {"minimum", static_cast<std::int64_t>(parameter.min)},
                                                {"maximum", static_cast<std::int64_t>(parameter.max)}},
                                               "null takes an inherited value back");
      break;
    case ParameterKind::quantity_map:
      schema["type"] = "object";
      schema["additionalProperties"] = false;
      schema["properties"]["comment"] = comment();
      for (const auto& key : parameter.keys)
        schema["properties"][key.text] = or_null(quantity(parameter), key.doc + "; null takes an inherited value back");
      break;
  }
  schema["description"] = sentence(parameter);
  schema["default"] = parameter.default_value;
  return schema;
}

Json properties_of(const SectionInfo& section) {
  Json properties = Json::object();
  properties["comment"] = comment();
  for (const ParameterInfo& parameter : section.parameters) properties[parameter.key] = schema_of(parameter);
  return properties;
}

std::string joined(const std::vector<ParameterInfo::Choice>& choices) {
  std::string text;
  for (const auto& choice : choices) text += (text.empty() ? "`" : ", `") + choice.text + "`";
  return text;
}

std::string allowed_text(const ParameterInfo& p) {
  std::string range = range_text(p);
  switch (p.kind) {
    case ParameterKind::integer:
      return fmt::format("whole number in {}", range);
    case ParameterKind::number:
      return p.unit.empty() ? range : fmt::format("{} {}", range, p.unit);
    case ParameterKind::quantity:
      return range;
    case ParameterKind::choice:
      return joined(p.choices);
    case ParameterKind::flag:
      return "true, false";
    case ParameterKind::text:
      return "text";
    case ParameterKind::integer_map:
      return fmt::format("object: name → whole number in {}", range);
    case ParameterKind::quantity_map:
      return fmt::format("object: name → {}", range);
  }
  return {};
}

void append_table(std::string& page, const SectionInfo& section) {
  page += "| key | default | allowed | meaning |\n|---|---|---|---|\n";
  for (const ParameterInfo& p : section.parameters) {
    const std::string allowed = allowed_text(p);
    page += fmt::format("| `{}` | `{}` | {} | {} |\n", p.key, p.default_value.dump(), allowed, p.doc);
  }
  page += "\n";
  for (const ParameterInfo& p : section.parameters) {
    if (!p.choices.empty()) page += fmt::format("`{}`:\n\n", p.key);
    for (const auto& choice : p.choices) page += fmt::format("- `{}`: {}\n", choice.text, choice.doc);
    if (!p.choices.empty()) page += "\n";
  }
}

}  // namespace

Json architecture_schema() {
  Json schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "nvcim architecture";
  schema["description"] =
      "A non-volatile compute-in-memory chip. What is not given comes from \"extends\", else from the defaults.";
  schema["type"] = "object";
  schema["additionalProperties"] = false;
  Json& properties = schema["properties"];
  properties["$schema"] = {{"type", "string"}, {"description", "this schema, for editors"}};
  std::string names;
  for (const std::string& name : preset_names()) names += (names.empty() ? "" : ", ") + name;
  properties["extends"] = {{"type", "string"},
                           {"description", "a preset (" + names + ") or a file relative to this one, ending in .json"}};
  for (const SectionInfo& section : parameter_catalogue()) {
    Json inner = properties_of(section);
    if (section.key.empty()) {
      for (auto& [key, value] : inner.items()) properties[key] = value;
      continue;
    }
    properties[section.key] = {{"type", "object"},
                               {"description", section.doc},
                               {"additionalProperties", false},
                               {"properties", std::move(inner)}};
  }
  return schema;
}

std::string architecture_schema_text() {
  return architecture_schema().dump(2) + "\n";
}

std::string architecture_reference() {
  std::string page =
      "# The architecture file\n\n"
      "Generated from the program (`describe` in `arch/parameters.h`); a test compares. Quantities are text with a "
      "unit,\n"
      "prefixes a f p n u m k M G T: `\"40 uS\"`. What a file does not give comes from what it `extends` (a preset's "
      "name,\n"
      "or a file relative to it), else from the defaults. `null` for an entry of `energy`, `static_power`, "
      "`peak_power`,\n"
      "`area`, `/mapping/duplicate` or `/adc/layer_full_scale` takes an inherited one back. `$schema` may name the "
      "schema beside this page.\n"
      "Every object may hold a `\"comment\"`, which is text and is kept in the resolved file.\n\n"
      "Presets: ";
  std::string names;
  for (const std::string& name : preset_names()) names += (names.empty() ? "`" : ", `") + name + "`";
  page += names + ".\n\n";
  for (const SectionInfo& section : parameter_catalogue()) {
    page += section.key.empty() ? "## At the top\n\n" : fmt::format("## `{}`\n\n{}\n\n", section.key, section.doc);
    append_table(page, section);
    for (const ParameterInfo& p : section.parameters) {
      if (p.keys.empty()) continue;
      page += fmt::format("### `{}`\n\n{}\n\n| name | what |\n|---|---|\n", p.key, p.doc);
      for (const auto& key : p.keys) page += fmt::format("| `{}` | {} |\n", key.text, key.doc);
      page += "\n";
    }
  }
  page.pop_back();
  return page;
}

}  // namespace nvcim
