// SPDX-License-Identifier: Apache-2.0
#include "arch/json_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "arch/input_file.h"

namespace nvcim {
namespace {

using nlohmann::json;

/// Builds the document while it watches for what nlohmann::json passes silently: a duplicate key (it keeps the last
/// one).
class StrictBuilder : public nlohmann::json_sax<json> {
 public:
  StrictBuilder(std::string file, std::string_view text, std::vector<InputIssue>& issues)
      : file_(std::move(file)), text_(text), issues_(issues) {}

  json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    Level& level = levels_.back();
    level.key = value;
    if (!level.keys.insert(value).second)
      issues_.push_back({file_, pointer(), "duplicate key; each key may be given once"});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    const std::size_t end = std::min(position, text_.size());
    const auto before = text_.substr(0, end == 0 ? 0 : end - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n');
    const std::size_t column = before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
    const std::string ours = common_mistake(text_, end);
    issues_.push_back(
        {file_, fmt::format("line {}, column {}", line, column), ours.empty() ? reason(error.what()) : ours});
    return false;
  }

 private:
  struct Level {
    json* value = nullptr;
    std::set<std::string> keys;
    std::string key;
  };

  /// What people who write JSON by hand get wrong most often; empty: something else. @param end  behind the last
  /// character that was read
  static std::string common_mistake(std::string_view text, std::size_t end) {
    if (end == 0) return {};
    const char last = text[end - 1];
    if (last == '/' || last == '#')
      return "JSON has no comments; write \"comment\": \"...\" as a key of the object that it is about";
    if (last == '\'') return "text stands in double quotes";
    const std::size_t before = text.substr(0, end - 1).find_last_not_of(" \t\r\n");
    if ((last == '}' || last == ']') && before != std::string_view::npos && text[before] == ',')
      return fmt::format("the comma before {} has nothing behind it; remove it", last);
    return {};
  }

  /// nlohmann's text without its exception name and position, which we give ourselves.
  static std::string reason(std::string_view what) {
    if (const auto bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
    if (what.starts_with("number overflow")) return "the number does not fit a double";
    if (const auto colon = what.find(": "); what.starts_with("parse error") && colon != std::string_view::npos)
      what.remove_prefix(colon + 2);
    return valid_utf8(std::string(what));
  }

  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const Level& level = levels_[i];
      // Of an array on the way the last element is the open one; in the innermost the next is meant.
      const std::size_t element = level.value->size() - (i + 1 < levels_.size() ? 1 : 0);
      out += "/" + (level.value->is_array() ? std::to_string(element) : pointer_segment(level.key));
    }
    return out;
  }

  json* place(json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    return &((*level.value)[level.key] = std::move(value));
  }

  bool add(json value) {
    place(std::move(value));
    return true;
  }

  bool open(json value) {
    if (static_cast<int>(levels_.size()) >= kMaxJsonDepth) {
      issues_.push_back({file_, pointer(), fmt::format("nested deeper than {} levels", kMaxJsonDepth)});
      return false;
    }
    json* placed = place(std::move(value));
    levels_.push_back({placed, {}, {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  std::string file_;
  std::string_view text_;
  std::vector<InputIssue>& issues_;
  json root_;
  std::vector<Level> levels_;
};

/// Optimal string alignment: insertions, deletions, replacements and swapped neighbours each cost one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<json> parse_json(std::string_view text, const std::string& file, std::vector<InputIssue>& issues) {
  StrictBuilder builder(file, text, issues);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take();
}

std::optional<std::string> read_text_file(const std::filesystem::path& path, std::vector<InputIssue>& issues) {
  try {
    return read_input_file(path, kMaxJsonBytes);
  } catch (const InputError& error) {
    issues.insert(issues.end(), error.issues().begin(), error.issues().end());
    return std::nullopt;
  }
}

std::string valid_utf8(const std::string& text) {
  const std::string escaped = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(escaped).get<std::string>();
}

std::string pointer_segment(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kLongest) return text;
  std::size_t cut = kLongest - 3;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;  // never inside a UTF-8 character
  return text.substr(0, cut) + "...";
}

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  if (wrong.size() > 64) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string& name : names) {
    const bool beginning = wrong.size() >= 3 && (name.starts_with(wrong) || wrong.starts_with(name));
    const std::size_t distance = beginning ? 1 : edit_distance(wrong, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(wrong, names);
  const std::string hint = nearest.empty() ? std::string() : fmt::format("did you mean \"{}\"? ", nearest);
  return hint + fmt::format("allowed: {}", fmt::join(names, ", "));
}

}  // namespace nvcim
