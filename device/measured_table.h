// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/table_text.h"

namespace nvcim::device {

/// What write-verify did to real cells, by level: their pulses, whether they ended in the level's window, and where.
/// Level 0 of a table has the lowest resistance: it is the highest level of the architecture. Format:
/// device/tables/README.md.
///
/// Conductances are carried over to other cells as shares of the table's range, which runs from the lowest conductance
/// of the last level's window (level 0 of the architecture) to that of the first level's (the highest level). A level
/// between has its target in the middle of its window. So the end levels are one-sided: every cell ends at its target
/// or above, and what lies beyond the window of an end level on the outer side is no failure.
class MeasuredTable {
 public:
  /// What one measured cell took.
  struct Outcome {
    std::uint16_t pulses;  ///< attempts
    std::uint16_t set;     ///< of the attempts; with first_pulse_apart without that pulse
    std::uint16_t reset;
    bool success;      ///< ended inside its level's window
    bool reset_first;  ///< polarity of the pulse that first_pulse_apart leaves out
  };
  /// Deviations from the target that pass, as shares of the range; infinite on the outer side of an end level.
  struct Window {
    double below, above;
  };

  /// A shipped table by name, else a CSV file.
  /// @throws InputError with every faulty line, those of one kind together; `pointer` of issues about the name itself
  /// is
  ///         "/device/table".
  static MeasuredTable load(const std::string& name_or_file);
  static MeasuredTable parse(std::string_view text, const std::string& file);
  static std::vector<std::string> shipped();

  int levels() const { return static_cast<int>(levels_.size()); }
  std::uint64_t cells(int table_level) const { return levels_[table_level].total; }
  /// The measured cell that 32 random bits choose, each of the level's cells alike.
  const Outcome& draw(int table_level, std::uint32_t bits) const;
  /// Table level of an architecture level: both have as many, counted from opposite ends.
  int table_level(int level) const { return levels() - 1 - level; }

  /// Every cell takes one pulse before its first attempt, which is not verified ("#! pulses = set + reset - 1").
  bool first_pulse_apart() const { return counting_ == PulseCounting::all_but_one; }
  int most_pulses() const { return most_pulses_; }
  Window window(int table_level) const { return levels_[table_level].window; }

  /// Deviation from the target, as a share of the range, at which a cell of the level ended: what the table says, else
  /// uniform in the window. Only where `unstated` is empty.
  double passed(int table_level, std::uint32_t bits) const;
  /// The same of a cell that failed; nothing where the table puts it where an unverified write would.
  std::optional<double> failed(int table_level, std::uint32_t bits) const;
  /// Mean of those deviations; nothing where the table does not say.
  std::optional<double> mean_failed(int table_level) const;
  double share_failed(int table_level) const;

  /// What is needed to say where cells end and the table does not say, each with the line that would: cells that passed
  /// a window without an upper conductance, cells that failed, cells that an attempt limit would cut off.
  std::vector<std::string> unstated(int max_attempts) const;

 private:
  struct Level {
    std::vector<Outcome> outcomes;
    std::vector<std::uint64_t> upto;  ///< cells in outcomes 0…i
    std::uint64_t total = 0, failures = 0;
    std::vector<std::uint32_t> guide;  ///< first outcome worth looking at, by the bits' upper byte
    double r_low = 0, r_high = 0;      ///< ohm
    Window window{};
    double pass_low = 0, pass_high = 0;  ///< deviations at the edges of the window; pass_high may be infinite
    std::vector<double> passed, failed;  ///< quantiles of the deviation at equal steps of probability; may be empty
  };
  void place_windows(const TableText& text, const std::string& file);

  std::vector<Level> levels_;
  PulseCounting counting_ = PulseCounting::all;
  bool failed_as_unverified_ = false;
  int most_pulses_ = 0;
};

}  // namespace nvcim::device
