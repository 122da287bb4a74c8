// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "arch/choices.h"
#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/selection/units.h"
#include "mapping/write_plan.h"
#include "workloads/network.h"

/// Which cells to verify first. One selection orders all units once; every budget is a prefix of it, so plans at
/// growing budgets are nested.
namespace nvcim::mapping {

enum class SelectionMethod {
  swim,         ///< curvature x variance removed by verifying, magnitude where that ties (Yan et al., DAC 2022)
  magnitude,    ///< largest normalised weight first
  random,       ///< addressed draws
  layer_order,  ///< from the first layer to the last
  file,         ///< a score per weight given by the user
};
const char* method_name(SelectionMethod method);  ///< "swim", "file"
/// Whether the method gives a value that can be divided by a time: not random, not layer order.
bool has_value(SelectionMethod method);

/// What a unit's score is divided by.
enum class SelectionOrder {
  per_cycle,  ///< the expected write cycles of its cells
  per_time,   ///< the time it adds to the row it lies in: the first cell of a row costs most of the row's time
};

}  // namespace nvcim::mapping

namespace nvcim {
/// Without a file of scores, which is no name.
template <>
struct EnumNames<mapping::SelectionMethod> {
  using enum mapping::SelectionMethod;
  static constexpr EnumName<mapping::SelectionMethod> all[] = {
      {swim, "swim", "largest second derivative first"},
      {magnitude, "magnitude", "largest weight first"},
      {random, "random", "in an order that is drawn"},
      {layer_order, "layer_order", "layer by layer"},
  };
};
template <>
struct EnumNames<mapping::SelectionOrder> {
  using enum mapping::SelectionOrder;
  static constexpr EnumName<mapping::SelectionOrder> all[] = {
      {per_cycle, "per_cycle", "gain per write cycle"},
      {per_time, "per_time", "gain per time that it adds to its row"},
  };
};
}  // namespace nvcim

namespace nvcim::mapping {

/// One number per weight: [nodes][outputs * matrix rows], empty for pooling.
using WeightValues = std::vector<std::vector<double>>;

struct SelectionOptions {
  SelectionMethod method = SelectionMethod::swim;
  Granularity granularity = Granularity::weight;
  SelectionOrder order = SelectionOrder::per_cycle;
  /// swim: second derivatives of the loss to the normalised weights; file: the user's scores, not negative.
  WeightValues values;
  std::uint64_t seed = 0;      ///< random
  std::uint32_t instance = 0;  ///< random: the order is drawn anew per instance
  /// Expected write-verify cycles of a cell holding `level_fraction` of the highest level; empty: 1 for every cell.
  std::function<double(double level_fraction)> cycles;
  /// per_time: time of one row with so many verified cells, n = 0 the unverified write alone; must not fall with n.
  std::function<double(int verified_cells)> row_time;
};

struct Selection {
  SelectionMethod method = SelectionMethod::swim;
  Granularity granularity = Granularity::weight;
  SelectionOrder order = SelectionOrder::per_cycle;
  std::vector<std::vector<std::uint32_t>> rank;  ///< [plan.blocks][rows * columns] of the cell's unit, 0 first
  std::vector<int> rows;                         ///< [plan.blocks]
  std::vector<double> cycles;                    ///< [units + 1] expected cycles of the first n units
  /// [units + 1] ½ Σ curvature x variance removed by the first n units: the expected loss that verifying them saves
  /// (swim; 0 for the others).
  std::vector<double> loss_removed;

  std::uint32_t units() const { return static_cast<std::uint32_t>(cycles.size() - 1); }
  /// Most units whose expected cycles stay within `share` of verifying everything. @param share  NWC, 0…1
  std::uint32_t units_within(double share) const;
  double nwc(std::uint32_t first_units) const { return cycles[first_units] / cycles.back(); }
  /// Verifies the first units; a row's priority is the rank of the best of them in it.
  WritePlan first(std::uint32_t count) const;
  WritePlan within(double share) const { return first(units_within(share)); }
};

/// Orders the units by (score, magnitude where scores tie, unit number): exact, no sum of the two. A unit's score is
/// the sum over its cells; a cell's share of a weight is that of its slice, so the variance of slice j counts 4^(jK),
/// and copies of a layer share its curvature. Deviations: programming_sigma unverified, verified_sigma after verifying.
Selection select_cells(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                       const SelectionOptions& options);

/// |W| / s of every weight, s the full scale of its layer's codes.
WeightValues normalised_magnitudes(const workloads::Network& network);

}  // namespace nvcim::mapping
