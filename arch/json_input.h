// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arch/input_error.h"

namespace nvcim {

/// Largest file and deepest nesting accepted from a user.
inline constexpr std::uintmax_t kMaxJsonBytes = 1024 * 1024;
inline constexpr int kMaxJsonDepth = 16;

/// Strict JSON: no comments, no duplicate keys (each is named), no numbers past a double, bounded nesting.
/// Every problem is added to `issues`; a syntax error carries line and column, a comment the way to write one.
/// @return nothing when the text cannot be used at all; after a duplicate key the document is still returned.
std::optional<nlohmann::json> parse_json(std::string_view text, const std::string& file,
                                         std::vector<InputIssue>& issues);

/// The bytes of a regular file of at most kMaxJsonBytes; otherwise nothing and one issue that says why.
std::optional<std::string> read_text_file(const std::filesystem::path& path, std::vector<InputIssue>& issues);

/// The text with what is not UTF-8 replaced, so that a message can be printed and stored anywhere.
std::string valid_utf8(const std::string& text);

/// `key` as a segment of a JSON pointer (RFC 6901: ~ and / are escaped).
std::string pointer_segment(std::string_view key);

/// The value as the user would recognise it, cut to a readable length.
std::string shown(const nlohmann::json& value);

/// The nearest of `names` when it is close enough to be a typing mistake, else empty.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names);

/// "did you mean "x"? " (when there is a near name) + "allowed: a, b, c".
std::string suggestion(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace nvcim
