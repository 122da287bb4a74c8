// SPDX-License-Identifier: Apache-2.0
#include "device/measured_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "arch/check.h"
#include "arch/input_error.h"
#include "arch/input_file.h"
#include "arch/issue_groups.h"
#include "arch/random.h"
#include "device/embedded_tables.h"

namespace nvcim::device {
namespace {

constexpr double kOpen = std::numeric_limits<double>::infinity();
constexpr double kMicro = 1e-6;
constexpr std::uintmax_t kMostBytes = 64 * 1024 * 1024;

MeasuredTable::Outcome outcome_of(const TableText::Bin& bin, PulseCounting counting) {
  MeasuredTable::Outcome outcome{static_cast<std::uint16_t>(bin.pulses), static_cast<std::uint16_t>(bin.set),
                                 static_cast<std::uint16_t>(bin.reset), bin.success, bin.reset > 0};
  // RESETs come first, so the first pulse is one wherever the cell had any.
  if (counting == PulseCounting::all_but_one) --(outcome.reset_first ? outcome.reset : outcome.set);
  return outcome;
}

double at_quantile(const std::vector<double>& quantiles, std::uint32_t bits) {
  const double at = DrawStream::uniform(bits) * static_cast<double>(quantiles.size() - 1);
  const auto lower = std::min(static_cast<std::size_t>(at), quantiles.size() - 2);
  return quantiles[lower] + (at - static_cast<double>(lower)) * (quantiles[lower + 1] - quantiles[lower]);
}

}  // namespace

MeasuredTable MeasuredTable::parse(std::string_view text, const std::string& file) {
  const TableText read = read_table_text(text, file);
  MeasuredTable table;
  table.counting_ = read.counting;
  table.failed_as_unverified_ = read.failed_as_unverified;
  IssueGroups issues;
  for (const TableText::Bin& bin : read.bins) {
    if (table.levels_.size() <= static_cast<std::size_t>(bin.level)) table.levels_.resize(bin.level + 1);
    Level& level = table.levels_[bin.level];
    if (level.total == 0) {
      level.r_low = bin.r_low;
      level.r_high = bin.r_high;
    } else if (level.r_low != bin.r_low || level.r_high != bin.r_high) {
      issues.add("window", bin.line,
                 fmt::format("the window {}..{} ohm of level {} is {}..{} ohm in an earlier line", bin.r_low,
                             bin.r_high, bin.level, level.r_low, level.r_high));
    }
    level.outcomes.push_back(outcome_of(bin, read.counting));
    level.total += static_cast<std::uint64_t>(bin.cells);
    if (!bin.success) level.failures += static_cast<std::uint64_t>(bin.cells);
    level.upto.push_back(level.total);
    table.most_pulses_ = std::max(table.most_pulses_, bin.pulses);
  }
  std::vector<InputIssue> found = issues.issues(file);
  for (std::size_t level = 0; level < table.levels_.size(); ++level)
    if (table.levels_[level].total == 0)
      found.push_back(
          {file, "",
           fmt::format("level {} has no cells, the table has levels up to {}", level, table.levels_.size() - 1)});
  if (!found.empty()) throw InputError(std::move(found));
  table.place_windows(read, file);
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

void MeasuredTable::place_windows(const TableText& text, const std::string& file) {
  std::vector<InputIssue> issues;
  if (levels() < 2) issues.push_back({file, "", "has one level; a cell has at least two"});
  for (int level = 1; level < levels(); ++level)
    if (levels_[level].r_low < levels_[level - 1].r_high)
      issues.push_back({file, "",
                        fmt::format("the window of level {} begins at {} ohm, inside that of level {}, which ends at "
                                    "{} ohm; level 0 has the lowest resistance",
                                    level, levels_[level].r_low, level - 1, levels_[level - 1].r_high)});
  if (!issues.empty()) throw InputError(std::move(issues));
  const auto siemens = [](double ohm) { return ohm > 0 ? 1 / ohm : kOpen; };
  const double lowest = siemens(levels_.back().r_high), range = siemens(levels_.front().r_high) - lowest;
  std::vector<double> targets;
  for (int at = 0; at < levels(); ++at) {
    Level& level = levels_[at];
    const double low = siemens(level.r_high), high = siemens(level.r_low);
    const bool first = at == 0, last = at == levels() - 1;
    targets.push_back(first || last ? low : (low + high) / 2);
    level.pass_low = (low - targets.back()) / range;
    level.pass_high = (high - targets.back()) / range;
    level.window = {last ? kOpen : -level.pass_low, first ? kOpen : level.pass_high};
  }
  IssueGroups lines;
  for (const TableText::Ended& ended : text.ended) {
    if (ended.level >= levels()) {
      lines.add("level", ended.line, fmt::format("the table has no level {}", ended.level));
      continue;
    }
    Level& level = levels_[ended.level];
    // Text has its conductances rounded; a cell at the edge of its window may seem to be across it by so much.
    constexpr double kRounding = 1e-3;
    const double low = siemens(level.r_high), high = siemens(level.r_low);
    std::vector<double>& deviations = ended.passed ? level.passed : level.failed;
    for (const double microsiemens : ended.microsiemens) {
      const double conductance = microsiemens * kMicro;
      const bool inside = ended.passed ? conductance >= low * (1 - kRounding) && conductance <= high * (1 + kRounding)
                                       : conductance > low * (1 + kRounding) && conductance < high * (1 - kRounding);
      if (inside != ended.passed) {
        lines.add(ended.passed ? "passed" : "failed", ended.line,
                  fmt::format("{} uS is {} the window {:.6g}..{:.6g} uS of level {}, whose cells {}", microsiemens,
                              inside ? "inside" : "outside", low / kMicro, high / kMicro, ended.level,
                              ended.passed ? "passed" : "failed"));
        break;
      }
      deviations.push_back((conductance - targets[ended.level]) / range);
    }
  }
  issues = lines.issues(file);
  if (!issues.empty()) throw InputError(std::move(issues));
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

double MeasuredTable::passed(int table_level, std::uint32_t bits) const {
  const Level& level = levels_[table_level];
  if (!level.passed.empty()) return at_quantile(level.passed, bits);
  NVCIM_CHECK(level.pass_high < kOpen, "table level {} does not say where its cells ended", table_level);
  return level.pass_low + (level.pass_high - level.pass_low) * DrawStream::uniform(bits);
}

std::optional<double> MeasuredTable::failed(int table_level, std::uint32_t bits) const {
  const Level& level = levels_[table_level];
  if (level.failed.empty()) return std::nullopt;
  return at_quantile(level.failed, bits);
}

std::optional<double> MeasuredTable::mean_failed(int table_level) const {
  const std::vector<double>& q = levels_[table_level].failed;
  if (q.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < q.size(); ++i) sum += (q[i] + q[i + 1]) / 2;
  return sum / static_cast<double>(q.size() - 1);
}

double MeasuredTable::share_failed(int table_level) const {
  const Level& level = levels_[table_level];
  return static_cast<double>(level.failures) / static_cast<double>(level.total);
}

std::vector<std::string> MeasuredTable::unstated(int max_attempts) const {
  std::vector<std::string> missing, failed;
  for (int at = 0; at < levels(); ++at) {
    const Level& level = levels_[at];
    if (level.passed.empty() && level.pass_high == kOpen && level.failures < level.total)
      missing.push_back(
          fmt::format("does not say where the cells of level {} ended: its window has no upper conductance; give their "
                      "conductances from the least to the most in a line \"#! ended {} passed uS = LEAST ... MOST\"",
                      at, at));
    if (level.failed.empty() && level.failures > 0)
      failed.push_back(fmt::format("{} of {} of level {}", level.failures, level.total, at));
  }
  if (failed_as_unverified_) return missing;
  if (!failed.empty())
    missing.push_back(
        fmt::format("does not say where the cells ended that failed ({}): give their conductances in a line \"#! ended "
                    "LEVEL failed "
                    "uS = LEAST ... MOST\" for each level, or say \"#! failed = unverified\" if they stand where one "
                    "unverified write "
                    "would leave them",
                    fmt::join(failed, ", ")));
  if (most_pulses_ > max_attempts)
    missing.push_back(
        fmt::format("does not say where cells stand that an attempt limit cuts off: raise "
                    "/write_controller/max_attempts = {} to the "
                    "table's most pulses, {}, or say \"#! failed = unverified\" if they stand where one unverified "
                    "write would leave "
                    "them",
                    max_attempts, most_pulses_));
  return missing;
}

}  // namespace nvcim::device
