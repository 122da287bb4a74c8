// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/time_order.h"

#include <algorithm>
#include <limits>

#include "arch/check.h"

namespace nvcim::mapping {
namespace {

/// Units of one row (or one whole row or crossbar) that are taken together.
struct Segment {
  double slope = 0;  // value per time
  std::vector<std::uint32_t> units;
};

double slope_of(double value, double time) {
  return time > 0 ? value / time : std::numeric_limits<double>::infinity();
}

/// Cuts units, best first, into segments of falling slope. @param cells [units] cells that each adds to the row
void append_segments(const std::vector<std::uint32_t>& row_units, const std::vector<int>& cells,
                     const std::vector<double>& value, const std::function<double(int)>& time_of,
                     std::vector<Segment>& out) {
  struct Piece {
    double value, time;
    std::size_t begin, end;
  };
  std::vector<Piece> pieces;
  int verified = 0;
  double before = time_of(0);
  for (std::size_t i = 0; i < row_units.size(); ++i) {
    verified += cells[i];
    const double after = time_of(verified);
    NVCIM_CHECK(after >= before, "a row's time falls from {} to {} with {} verified cells", before, after, verified);
    pieces.push_back({value[row_units[i]], after - before, i, i + 1});
    before = after;
    // A steeper piece behind a flatter one joins it: neither is worth taking without the other.
    while (pieces.size() > 1) {
      const Piece& last = pieces.back();
      Piece& previous = pieces[pieces.size() - 2];
      if (slope_of(last.value, last.time) < slope_of(previous.value, previous.time)) break;
      previous.value += last.value;
      previous.time += last.time;
      previous.end = last.end;
      pieces.pop_back();
    }
  }
  for (const Piece& piece : pieces)
    out.push_back({slope_of(piece.value, piece.time),
                   {row_units.begin() + std::ptrdiff_t(piece.begin), row_units.begin() + std::ptrdiff_t(piece.end)}});
}

}  // namespace

std::vector<std::uint32_t> order_by_time(const Plan& plan, const UnitMap& units, Granularity granularity,
                                         const std::vector<double>& value, const std::vector<double>& magnitude,
                                         const std::function<double(int verified_cells)>& row_time) {
  std::vector<Segment> segments;
  if (granularity == Granularity::row || granularity == Granularity::crossbar) {
    std::vector<double> time(units.units, 0.0);
    for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
      const Block& block = plan.blocks[index];
      const double added = row_time(block.columns) - row_time(0);
      for (int row = 0; row < block.rows; ++row) time[units.of_cell[index][std::size_t(row) * block.columns]] += added;
    }
    for (std::uint32_t unit = 0; unit < units.units; ++unit)
      if (value[unit] > 0) segments.push_back({slope_of(value[unit], time[unit]), {unit}});
  } else {
    std::vector<bool> seen(units.units, false);
    std::vector<std::uint32_t> row_units;
    std::vector<int> cells;
    for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
      const Block& block = plan.blocks[index];
      // A weight lies in the same row of every copy, so the first copy's row costs as often as there are copies.
      const bool for_all_copies = granularity == Granularity::weight && block.copy == 0;
      const double times = for_all_copies ? plan.layers[plan.layer_of_node[block.node]].copies : 1.0;
      for (int row = 0; row < block.rows; ++row) {
        const std::uint32_t* of_cell = &units.of_cell[index][std::size_t(row) * block.columns];
        row_units.clear();
        for (int column = 0; column < block.columns; ++column)
          if (!seen[of_cell[column]] && value[of_cell[column]] > 0) {
            seen[of_cell[column]] = true;
            row_units.push_back(of_cell[column]);
          }
        std::sort(row_units.begin(), row_units.end(), [&](std::uint32_t a, std::uint32_t b) {
          if (value[a] != value[b]) return value[a] > value[b];
          if (magnitude[a] != magnitude[b]) return magnitude[a] > magnitude[b];
          return a < b;
        });
        cells.clear();
        for (std::uint32_t unit : row_units)
          cells.push_back(static_cast<int>(std::count(of_cell, of_cell + block.columns, unit)));
        append_segments(
            row_units, cells, value, [&](int n) { return times * row_time(n); }, segments);
      }
    }
  }
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
    return a.slope != b.slope ? a.slope > b.slope : a.units.front() < b.units.front();
  });
  std::vector<std::uint32_t> order;
  order.reserve(units.units);
  std::vector<bool> taken(units.units, false);
  for (const Segment& segment : segments)
    for (std::uint32_t unit : segment.units) {
      order.push_back(unit);
      taken[unit] = true;
    }
  const auto rest = std::ptrdiff_t(order.size());
  for (std::uint32_t unit = 0; unit < units.units; ++unit)
    if (!taken[unit]) order.push_back(unit);
  std::sort(order.begin() + rest, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return magnitude[a] != magnitude[b] ? magnitude[a] > magnitude[b] : a < b;
  });
  return order;
}

}  // namespace nvcim::mapping
