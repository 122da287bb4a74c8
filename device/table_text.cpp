// SPDX-License-Identifier: Apache-2.0
#include "device/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

#include "arch/issue_groups.h"

namespace nvcim::device {
namespace {

constexpr std::string_view kHeader = "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells";
constexpr std::size_t kColumns = 8;
constexpr long long kMostLevels = 256;
constexpr long long kMostPulses = 65535;
constexpr long long kMostCells = 1'000'000'000;
constexpr double kLeastResistance = 1e-3;  // ohm; no cell conducts a kilosiemens
/// Enough for every hundredth of a per cent; a longer list is a mistake.
constexpr std::size_t kMostQuantiles = 10'001;

template <class T>
std::optional<T> whole_field(std::string_view field) {
  T value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

/// A finite number, not negative.
std::optional<double> measure(std::string_view field) {
  const auto value = whole_field<double>(field);
  // from_chars takes "inf" and "nan" for numbers.
  if (!value || !(*value >= 0 && *value <= 1e300)) return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  TableText read(std::string_view text) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string_view line = text.substr(begin, end - begin);
      begin = end + 1;
      ++number_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with("#!"))
        statement(line.substr(2));
      else if (!line.empty() && !line.starts_with('#'))
        row(line);
    }
    for (const TableText::Bin& bin : table_.bins) check_counting(bin);
    std::vector<InputIssue> issues = issues_.issues(file_);
    if (issues.empty() && table_.bins.empty()) issues.push_back({file_, "", "has no cells"});
    if (!issues.empty()) throw InputError(std::move(issues));
    return std::move(table_);
  }

 private:
  void say(const std::string& kind, const std::string& message) { issues_.add(kind, number_, message); }

  void row(std::string_view line) {
    if (!header_) {
      header_ = true;
      if (line != kHeader) say("header", fmt::format("\"{}\" is not the header \"{}\"", line, kHeader));
      return;
    }
    std::array<std::string_view, kColumns> fields;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= line.size(); ++count) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      if (count < kColumns) fields[count] = line.substr(begin, end - begin);
      begin = end + 1;
    }
    if (count != kColumns) return say("fields", fmt::format("has {} fields, {} are needed", count, kColumns));
    bool good = true;
    const auto refuse = [&](std::size_t column, const std::string& what) {
      if (good)
        say(fmt::format("field {}", column),
            fmt::format("field {} \"{}\" is not {}", column + 1, fields[column], what));
      good = false;
    };
    const auto number = [&](std::size_t column, long long most) -> long long {
      const auto value = whole_field<long long>(fields[column]);
      if (value && *value >= 0 && *value <= most) return *value;
      refuse(column, fmt::format("a whole number in 0..{}", most));
      return 0;
    };
    const auto resistance = [&](std::size_t column) {
      const auto value = measure(fields[column]);
      // Below, a conductance is no number any more.
      const bool measurable = value && (*value == 0 || *value >= kLeastResistance);
      if (!measurable) refuse(column, fmt::format("a resistance in ohm: 0, or {:g} and more", kLeastResistance));
      return value.value_or(0);
    };
    TableText::Bin bin{};
    bin.line = number_;
    bin.level = static_cast<int>(number(0, kMostLevels - 1));
    bin.r_low = resistance(1);
    bin.r_high = resistance(2);
    bin.pulses = static_cast<int>(number(3, kMostPulses));
    bin.set = static_cast<int>(number(4, kMostPulses));
    bin.reset = static_cast<int>(number(5, kMostPulses));
    bin.success = number(6, 1) == 1;
    bin.cells = number(7, kMostCells);
    if (good && bin.r_low >= bin.r_high) refuse(2, fmt::format("above the r_low_ohm of its line, \"{}\"", fields[1]));
    if (good && bin.cells > 0) table_.bins.push_back(bin);
  }

  /// Judged when all statements are known.
  void check_counting(const TableText::Bin& bin) {
    const int given = bin.set + bin.reset;
    const bool by_attempts = given >= bin.pulses && std::max(bin.set, bin.reset) <= bin.pulses;
    const bool without_first = given == bin.pulses + 1;
    const bool all = table_.counting == PulseCounting::all;
    if (all ? by_attempts : without_first) return;
    const std::string counts = fmt::format("set {} and reset {} cannot make pulses {}", bin.set, bin.reset, bin.pulses);
    // Named by the rest of the rows would be a guess: the user says it.
    const std::string remedy =
        all ? "a table that leaves out a cell's first pulse says so in a line \"#! pulses = set + reset - 1\""
            : "the table says \"#! pulses = set + reset - 1\"";
    issues_.add("counting", bin.line, fmt::format("{}; {}", counts, remedy));
  }

  /// @param text  what follows "#!"
  void statement(std::string_view text) {
    const std::size_t equals = text.find('=');
    std::istringstream words{std::string(text.substr(0, equals))};
    std::vector<std::string> name;
    for (std::string word; words >> word;) name.push_back(word);
    std::istringstream right{equals == std::string_view::npos ? "" : std::string(text.substr(equals + 1))};
    std::vector<std::string> values;
    for (std::string word; right >> word;) values.push_back(word);
    const std::string value = fmt::format("{}", fmt::join(values, " "));
    if (name == std::vector<std::string>{"pulses"} && value == "set + reset") {
      counting(PulseCounting::all);
    } else if (name == std::vector<std::string>{"pulses"} && value == "set + reset - 1") {
      counting(PulseCounting::all_but_one);
    } else if (name == std::vector<std::string>{"failed"} && value == "unverified") {
      table_.failed_as_unverified = true;
    } else if (name.size() == 4 && name[0] == "ended" && (name[2] == "passed" || name[2] == "failed") &&
               name[3] == "uS") {
      ended(name, values);
    } else {
      say("statement", fmt::format("\"#!{}\" is none of \"#! pulses = set + reset\", \"#! pulses = set + reset - 1\", "
                                   "\"#! failed = unverified\", \"#! ended LEVEL passed uS = LEAST ... MOST\", \"#! "
                                   "ended LEVEL failed uS = LEAST ... MOST\"",
                                   text.substr(0, 60)));
    }
  }

  void counting(PulseCounting counting) {
    if (counted_ > 0) return say("pulses twice", fmt::format("line {} says how pulses are counted already", counted_));
    table_.counting = counting;
    counted_ = number_;
  }

  void ended(const std::vector<std::string>& name, const std::vector<std::string>& values) {
    const auto level = whole_field<int>(name[1]);
    if (!level || *level < 0 || *level >= kMostLevels)
      return say("ended level", fmt::format("\"{}\" is not a level in 0..{}", name[1].substr(0, 20), kMostLevels - 1));
    TableText::Ended ended{number_, *level, name[2] == "passed", {}};
    for (const std::string& value : values) {
      const auto conductance = measure(value);
      if (!conductance)
        return say("ended value", fmt::format("\"{}\" is not a conductance in uS", value.substr(0, 20)));
      if (!ended.microsiemens.empty() && *conductance < ended.microsiemens.back())
        return say("ended order", fmt::format("{} uS after {} uS: the conductances rise from the least to the most",
                                              value, ended.microsiemens.back()));
      ended.microsiemens.push_back(*conductance);
    }
    if (values.size() < 2 || values.size() > kMostQuantiles)
      return say("ended count", fmt::format("has {} conductances; 2 to {} are needed", values.size(), kMostQuantiles));
    for (const TableText::Ended& other : table_.ended)
      if (other.level == ended.level && other.passed == ended.passed)
        return say("ended twice", fmt::format("line {} says it already", other.line));
    table_.ended.push_back(std::move(ended));
  }

  const std::string& file_;
  TableText table_;
  IssueGroups issues_;
  std::int64_t number_ = 0;
  std::int64_t counted_ = 0;  ///< the line that says how pulses are counted
  bool header_ = false;
};

}  // namespace

TableText read_table_text(std::string_view text, const std::string& file) {
  return Reader(file).read(text);
}

}  // namespace nvcim::device
