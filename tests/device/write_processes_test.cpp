// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "device/write_verify.h"
#include "tests/device/written_rows.h"

/// What holds for every write process, with noise, resolution, offsets, stuck and unselected cells.
namespace nvcim::device {
namespace {

/// A writing with every complication: noise, resolution, offsets, stuck and unselected cells.
Architecture complicated(WriteProcess process) {
  Architecture a = paper_like(process);
  a.device.sigma = 0.12;
  a.device.grid_bits = 10;
  a.device.read_noise = 0.02;
  a.adc.model = AdcModel::sar;
  a.adc.bits = 7;
  a.write_controller.max_attempts = 25;
  return a;
}

Row complicated_row(const WriteRules& rules, std::size_t columns, std::uint32_t number) {
  Row row(columns, number);
  const DrawStream stream(9, Purpose::stuck_cell, 0, 0, 0);
  row.stuck.resize(columns);
  row.offset.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const auto bits = stream.block(number, static_cast<std::uint32_t>(i));
    row.targets[i] = static_cast<std::int16_t>(bits[0] % 4 * static_cast<std::uint32_t>(rules.steps_per_level));
    row.codes[i] = static_cast<std::int16_t>(bits[1] % static_cast<std::uint32_t>(rules.range.span));
    row.selected[i] = bits[2] % 8 != 0;
    row.stuck[i] = bits[2] % 16 == 1;
    row.offset[i] = static_cast<float>(bits[3] % 20) - 10;
  }
  return row;
}

class EveryProcess : public testing::TestWithParam<WriteProcess> {};

TEST_P(EveryProcess, CountsAgreeWithWhatHappened) {
  const WriteRules rules = rules_of(complicated(GetParam()));
  RowWriter writer(rules, {3, 1, 4, 1});
  std::uint64_t selected = 0, attempts = 0, outside = 0;
  WriteCounts seen;
  for (std::uint32_t number = 0; number < 50; ++number) {
    Row row = complicated_row(rules, 61, number);
    const Row before = row;
    writer.start(row.view());
    for (const Seen& operation : operations(writer)) {
      const bool read = operation.action == WriteAction::read;
      const bool set = operation.action == WriteAction::set;
      ++(read ? seen.read_operations : set ? seen.set_operations : seen.reset_operations);
      (read ? seen.read_bits : set ? seen.set_bits : seen.reset_bits) += operation.columns.size();
      EXPECT_FALSE(operation.columns.empty());
      EXPECT_EQ(std::adjacent_find(operation.columns.begin(), operation.columns.end()), operation.columns.end());
      for (int column : operation.columns) EXPECT_EQ(row.selected[column], 1);
    }
    std::uint32_t most = 0;
    for (std::size_t i = 0; i < 61; ++i) {
      selected += row.selected[i];
      attempts += row.attempts[i];
      most = std::max(most, row.attempts[i]);
      if (!row.selected[i]) {
        EXPECT_EQ(row.attempts[i], 0u);
      }
      if (!row.selected[i] || row.stuck[i]) {
        EXPECT_EQ(row.codes[i], before.codes[i]);
      }
      const int deviation = row.codes[i] - row.targets[i];
      const bool inside = rules.measured.empty()
                              ? std::abs(deviation) <= rules.tolerance
                              : rules.measured[row.targets[i] / rules.steps_per_level].passes(deviation);
      outside += row.selected[i] && !inside;
      EXPECT_GE(row.codes[i], rules.range.lowest);
      EXPECT_LE(row.codes[i], rules.range.highest);
    }
    EXPECT_GE(writer.rounds(), most);
    EXPECT_LE(most, GetParam() == WriteProcess::fixed_mean ? 10u : 25u);
  }
  const WriteCounts& counts = writer.counts();
  EXPECT_EQ(counts.success + counts.failure, selected);
  EXPECT_EQ(counts.read_operations, seen.read_operations);
  EXPECT_EQ(counts.set_operations, seen.set_operations);
  EXPECT_EQ(counts.reset_operations, seen.reset_operations);
  EXPECT_EQ(counts.read_bits, seen.read_bits);
  EXPECT_EQ(counts.set_bits, seen.set_bits);
  EXPECT_EQ(counts.reset_bits, seen.reset_bits);
  if (GetParam() == WriteProcess::measured) {
    EXPECT_GE(counts.set_bits + counts.reset_bits, attempts);  // an attempt may have both
    EXPECT_EQ(counts.read_bits, attempts);
  } else {
    EXPECT_EQ(counts.set_bits + counts.reset_bits, attempts);
  }
  if (GetParam() == WriteProcess::incremental) {
    EXPECT_EQ(counts.read_bits, attempts + selected);
  }
  if (GetParam() == WriteProcess::redraw) {
    EXPECT_EQ(counts.read_bits, attempts);
  }
  // A cell that ends outside either was given up or passed falsely; one that was given up may be inside.
  if (GetParam() != WriteProcess::fixed_mean) {
    EXPECT_LE(outside, counts.failure + counts.false_pass);
  }
}

TEST_P(EveryProcess, CellsDoNotDependOnTheirCompany) {
  const WriteRules rules = rules_of(complicated(GetParam()));
  for (std::uint32_t number = 0; number < 10; ++number) {
    Row together = complicated_row(rules, 40, number);
    Row apart = complicated_row(rules, 40, number);
    RowWriter one(rules, {3, 1, 4, 1});
    one.start(together.view());
    one.drain();
    // The same cells in rows of at most seven, in another order, by a writer that has done other things before.
    RowWriter two(rules, {3, 1, 4, 1});
    Row noise = complicated_row(rules, 13, 99);
    two.start(noise.view());
    two.drain();
    for (int begin : {35, 0, 14, 7, 28, 21}) {
      const auto size = static_cast<std::size_t>(std::min(7, 40 - begin));
      Row part(size, number);
      const auto cut = [&](auto& from, auto& to) {
        to.assign(from.begin() + begin, from.begin() + begin + static_cast<std::ptrdiff_t>(size));
      };
      cut(apart.columns, part.columns);
      cut(apart.targets, part.targets);
      cut(apart.codes, part.codes);
      cut(apart.selected, part.selected);
      cut(apart.stuck, part.stuck);
      cut(apart.offset, part.offset);
      two.start(part.view());
      two.drain();
      std::copy(part.codes.begin(), part.codes.end(), apart.codes.begin() + begin);
      std::copy(part.attempts.begin(), part.attempts.end(), apart.attempts.begin() + begin);
    }
    EXPECT_EQ(together.codes, apart.codes);
    EXPECT_EQ(together.attempts, apart.attempts);
  }
}

TEST_P(EveryProcess, RoundsOfTheSameCellsDrawAnew) {
  const WriteRules rules = rules_of(complicated(GetParam()));
  Row first = complicated_row(rules, 64, 0);
  Row again = complicated_row(rules, 64, 0);
  Row later = complicated_row(rules, 64, 0);
  RowWriter writer(rules, {3, 1, 4, 1});
  for (auto* row : {&first, &again}) {
    writer.start(row->view(), 0);
    writer.drain();
  }
  writer.start(later.view(), 1);
  writer.drain();
  EXPECT_EQ(first.codes, again.codes);
  EXPECT_NE(first.codes, later.codes);
}

TEST_P(EveryProcess, CanBeStoppedAndSaysWhatIsLeft) {
  const WriteRules rules = rules_of(complicated(GetParam()));
  Row row = complicated_row(rules, 64, 0);
  RowWriter writer(rules, {});
  writer.start(row.view());
  const int selected = pending(writer);
  int left = selected;
  while (writer.step().action != WriteAction::done) {
    EXPECT_LE(pending(writer), left);
    left = pending(writer);
    EXPECT_EQ(left + static_cast<int>(writer.counts().success + writer.counts().failure), selected);
  }
  EXPECT_EQ(pending(writer), 0);
}

INSTANTIATE_TEST_SUITE_P(Processes, EveryProcess,
                         testing::Values(WriteProcess::redraw, WriteProcess::incremental, WriteProcess::fixed_mean,
                                         WriteProcess::measured),
                         [](const auto& process) {
                           return EnumNames<WriteProcess>::all[static_cast<int>(process.param)].text;
                         });

}  // namespace
}  // namespace nvcim::device
