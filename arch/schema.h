// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nvcim {

/// JSON Schema (draft 7) of the architecture file, made from `describe`. Committed as
/// arch/schema/architecture.schema.json, for editors ("$schema" in a file). Quantities are text with a pattern; their
/// ranges stand in the description because the schema language cannot compare them.
nlohmann::ordered_json architecture_schema();
/// The text of the committed file.
std::string architecture_schema_text();

/// Reference page of every parameter, Markdown; committed as arch/schema/reference.md.
std::string architecture_reference();

}  // namespace nvcim
