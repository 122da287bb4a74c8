// SPDX-License-Identifier: Apache-2.0
#include "device/measured_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "arch/check.h"
#include "arch/input_error.h"
#include "arch/input_file.h"
#include "device/embedded_tables.h"

namespace nvcim::device {
namespace {

constexpr std::string_view kHeader = "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells";
constexpr std::size_t kColumns = 8;
constexpr long long kMostLevels = 256;
constexpr long long kMostPulses = 65535;
constexpr std::uintmax_t kMostBytes = 64 * 1024 * 1024;
constexpr long long kMostCells = 1'000'000'000;

struct Line {
  long long level, pulses, set, reset, success, cells;
};

std::optional<long long> whole(std::string_view field, long long most) {
  long long value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || value < 0 || value > most) return std::nullopt;
  return value;
}

/// Nothing and a filled `why` when the line is wrong.
std::optional<Line> parse_line(std::string_view text, std::string& why) {
  std::array<std::string_view, kColumns> fields;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++count) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (count < kColumns) fields[count] = text.substr(begin, end - begin);
    begin = end + 1;
  }
  if (count != kColumns) {
    why = fmt::format("has {} fields, {} are needed", count, kColumns);
    return std::nullopt;
  }
  const auto number = [&](std::size_t column, long long most) -> long long {
    if (const auto value = whole(fields[column], most)) return *value;
    if (why.empty())
      why = fmt::format("field {} \"{}\" is not a whole number in 0..{}", column + 1, fields[column], most);
    return 0;
  };
  const Line line{number(0, kMostLevels - 1), number(3, kMostPulses), number(4, kMostPulses),
                  number(5, kMostPulses),     number(6, 1),           number(7, kMostCells)};
  if (why.empty() && (line.set + line.reset < line.pulses || std::max(line.set, line.reset) > line.pulses))
    why = fmt::format("set {} and reset {} cannot make pulses {}", line.set, line.reset, line.pulses);
  if (!why.empty()) return std::nullopt;
  return line;
}

}  // namespace

MeasuredTable MeasuredTable::parse(std::string_view text, const std::string& file) {
  MeasuredTable table;
  std::vector<InputIssue> issues;
  bool header = false;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::string where = fmt::format("line {}", number);
    if (!header) {
      header = true;
      if (line != kHeader)
        issues.push_back({file, where, fmt::format("\"{}\" is not the header \"{}\"", line, kHeader)});
      continue;
    }
    std::string why;
    const std::optional<Line> parsed = parse_line(line, why);
    if (!parsed) {
      issues.push_back({file, where, why});
      continue;
    }
    if (parsed->cells == 0) continue;
    if (table.levels_.size() <= static_cast<std::size_t>(parsed->level)) table.levels_.resize(parsed->level + 1);
    Level& level = table.levels_[parsed->level];
    level.outcomes.push_back({static_cast<std::uint16_t>(parsed->pulses), static_cast<std::uint16_t>(parsed->set),
                              static_cast<std::uint16_t>(parsed->reset), parsed->success == 1});
    level.total += static_cast<std::uint64_t>(parsed->cells);
    level.upto.push_back(level.total);
  }
  if (issues.empty() && table.levels_.empty()) issues.push_back({file, "", "has no cells"});
  for (std::size_t level = 0; issues.empty() && level < table.levels_.size(); ++level)
    if (table.levels_[level].total == 0)
      issues.push_back(
          {file, "",
           fmt::format("level {} has no cells, the table has levels up to {}", level, table.levels_.size() - 1)});
  if (!issues.empty()) throw InputError(std::move(issues));
  for (Level& level : table.levels_) {
    std::uint32_t at = 0;
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t first = ((byte << 24) * level.total) >> 32;
      while (level.upto[at] <= first) ++at;
      level.guide.push_back(at);
    }
  }
  return table;
}

MeasuredTable MeasuredTable::load(const std::string& name_or_file) {
  for (const EmbeddedTable& table : embedded_tables())
    if (table.name == name_or_file) return parse(table.text, name_or_file);
  std::string text;
  try {
    text = read_input_file(name_or_file, kMostBytes);
  } catch (const InputError& error) {
    throw InputError("", "/device/table",
                     fmt::format("\"{}\" is neither a file that can be read nor one of {}: {}", name_or_file,
                                 fmt::join(shipped(), ", "), error.issues().front().message));
  }
  return parse(text, name_or_file);
}

std::vector<std::string> MeasuredTable::shipped() {
  std::vector<std::string> names;
  for (const EmbeddedTable& table : embedded_tables()) names.emplace_back(table.name);
  return names;
}

const MeasuredTable::Outcome& MeasuredTable::draw(int table_level, std::uint32_t bits) const {
  const Level& level = levels_[table_level];
  const std::uint64_t cell = (std::uint64_t{bits} * level.total) >> 32;
  std::uint32_t at = level.guide[bits >> 24];
  while (level.upto[at] <= cell) ++at;
  return level.outcomes[at];
}

}  // namespace nvcim::device
