// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nvcim::device {

/// Pulses of write-verify that were measured on real cells, by level. Level 0 of a table has the lowest resistance: it
/// is the highest level of the architecture. Columns: device/tables/README.md.
class MeasuredTable {
 public:
  /// What one measured cell took.
  struct Outcome {
    std::uint16_t pulses;  ///< attempts; at most set + reset, for an attempt may hold one pulse of either polarity
    std::uint16_t set;     ///< at most pulses
    std::uint16_t reset;   ///< at most pulses
    bool success;          ///< ended inside its level's window
  };

  /// A shipped table by name, else a CSV file.
  /// @throws InputError with every faulty line; `pointer` of issues about the name itself is "/device/table".
  static MeasuredTable load(const std::string& name_or_file);
  static MeasuredTable parse(std::string_view text, const std::string& file);
  static std::vector<std::string> shipped();

  int levels() const { return static_cast<int>(levels_.size()); }
  std::uint64_t cells(int table_level) const { return levels_[table_level].total; }
  /// The measured cell that 32 random bits choose, each of the level's cells alike.
  const Outcome& draw(int table_level, std::uint32_t bits) const;
  /// Table level of an architecture level: both have as many, counted from opposite ends.
  int table_level(int level) const { return levels() - 1 - level; }

 private:
  struct Level {
    std::vector<Outcome> outcomes;
    std::vector<std::uint64_t> upto;  ///< cells in outcomes 0…i
    std::uint64_t total = 0;
    std::vector<std::uint32_t> guide;  ///< first outcome worth looking at, by the bits' upper byte
  };
  std::vector<Level> levels_;
};

}  // namespace nvcim::device
