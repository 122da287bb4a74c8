// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/selection.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "arch/check.h"
#include "arch/random.h"
#include "device/models/device_law.h"
#include "device/write_rules.h"
#include "mapping/cell_targets.h"
#include "mapping/selection/time_order.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

/// Sums over the cells of every unit. [units]
struct UnitSums {
  std::vector<double> value;      ///< what the method ranks by
  std::vector<double> magnitude;  ///< tie-break
  std::vector<double> cycles;
  explicit UnitSums(std::uint32_t units) : value(units, 0.0), magnitude(units, 0.0), cycles(units, 0.0) {}
};

/// What one layer's cells weigh, by plane and level.
class CellShares {
 public:
  CellShares(const Architecture& architecture, const LayerPlan& layer, const SelectionOptions& options)
      : encoding_(layer.encoding), copies_(layer.copies), method_(options.method) {
    const double full_scale = (1 << (encoding_.weight_bits - 1)) - 1;
    for (std::int64_t factor : encoding_.factor)
      part_.push_back(std::abs(double(factor)) * encoding_.max_level / full_scale);
    part_.push_back(std::abs(double(encoding_.offset_factor)) * encoding_.max_level / full_scale);
    const double left = device::verified_sigma(architecture);
    // A cell's own offset is part of every unverified write, so verifying removes it too.
    const double own = architecture.device.device_to_device * architecture.device.sigma_scale;
    for (int level = 0; level <= encoding_.max_level; ++level) {
      const double fraction = double(level) / encoding_.max_level;
      const double before = device::programming_sigma(architecture.device, fraction);
      removed_.push_back(std::max(0.0, before * before + own * own - left * left));
      cycles_.push_back(options.cycles ? options.cycles(fraction) : 1.0);
      NVCIM_CHECK(cycles_.back() > 0, "{} cycles at level {}", cycles_.back(), level);
    }
  }

  double cycles(int level) const { return cycles_[std::abs(level)]; }

  /// Of the cell's deviation in normalised weight: plane's share of the full scale.
  double part(int plane) const { return part_[plane]; }
  int offset_plane() const { return encoding_.planes(); }

  /// What the cell adds to its unit's value, given the value and magnitude of its weight.
  double value(int plane, int level, double of_weight, double magnitude) const {
    switch (method_) {
      case SelectionMethod::swim:
        return 0.5 * of_weight / copies_ * part_[plane] * part_[plane] * removed_[std::abs(level)];
      case SelectionMethod::magnitude:
        return magnitude * part_[plane] / copies_;
      case SelectionMethod::file:
        return of_weight * part_[plane] / copies_;
      case SelectionMethod::random:
      case SelectionMethod::layer_order:
        break;
    }
    return 0;
  }

 private:
  const WeightEncoding& encoding_;
  double copies_;
  SelectionMethod method_;
  std::vector<double> part_;     // [planes + 1], the last for the offset column
  std::vector<double> removed_;  // [levels] variance that verifying removes, of the conductance range squared
  std::vector<double> cycles_;   // [levels]
};

UnitSums sum_units(const Architecture& architecture, const Network& network, const Plan& plan, const UnitMap& units,
                   const WeightValues& magnitudes, const SelectionOptions& options) {
  UnitSums sums(units.units);
  const bool has_values = options.method == SelectionMethod::swim || options.method == SelectionMethod::file;
  std::vector<int> levels;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const LayerPlan& layer = plan.layers[plan.layer_of_node[block.node]];
    const Node& node = network.nodes[block.node];
    const CellShares shares(architecture, layer, options);
    const int planes = layer.encoding.planes();
    if (has_values)
      NVCIM_CHECK(options.values[block.node].size() == node.mvm.weights.size(), "node {}: {} values for {} weights",
                  block.node, options.values[block.node].size(), node.mvm.weights.size());
    levels.assign(block.columns, 0);
    for (int row = 0; row < block.rows; ++row) {
      target_levels(node, layer.encoding, block, row, levels);
      const std::uint32_t* of_cell = &units.of_cell[index][std::size_t(row) * block.columns];
      const auto add = [&](int column, int plane, double of_weight, double magnitude) {
        const std::uint32_t unit = of_cell[column];
        sums.value[unit] += shares.value(plane, levels[column], of_weight, magnitude);
        sums.magnitude[unit] += magnitude * shares.part(plane);
        sums.cycles[unit] += shares.cycles(levels[column]);
      };
      double row_value = 0, row_magnitude = 0;
      for (int output = 0; output < block.outputs; ++output) {
        const std::size_t weight = node.weight_index(block.output_begin + output, block.row_begin + row);
        const double value = has_values ? options.values[block.node][weight] : 0.0;
        const double magnitude = magnitudes[block.node][weight];
        row_value += value, row_magnitude += magnitude;
        for (int plane = 0; plane < planes; ++plane) add(output * planes + plane, plane, value, magnitude);
      }
      // The offset column's cell moves every weight of its row alike; without cross terms its curvature is their sum.
      if (layer.encoding.has_offset_column()) add(block.columns - 1, shares.offset_plane(), row_value, row_magnitude);
    }
  }
  return sums;
}

/// A draw per unit, addressed by what the unit is, not by where it lies, down to granularity weight and cell.
std::vector<double> random_values(const UnitMap& units, const SelectionOptions& options) {
  const DrawStream stream(options.seed, Purpose::selection, options.instance,
                          static_cast<std::uint32_t>(options.granularity), 0);
  std::vector<double> values(units.units);
  for (std::uint32_t unit = 0; unit < units.units; ++unit) {
    const DrawStream::Block bits = stream.block(unit, 0);
    values[unit] = double(bits[0]) * 0x1p-32 + double(bits[1]) * 0x1p-64;
  }
  return values;
}

std::vector<double> layer_values(const Plan& plan, const UnitMap& units) {
  std::vector<double> values(units.units, -1e9);
  for (std::size_t index = 0; index < plan.blocks.size(); ++index)
    for (std::uint32_t unit : units.of_cell[index])
      values[unit] = std::max(values[unit], -double(plan.blocks[index].node));
  return values;
}

}  // namespace

const char* method_name(SelectionMethod method) {
  return method == SelectionMethod::file ? "file" : choice_text(method);
}

bool has_value(SelectionMethod method) {
  return method != SelectionMethod::random && method != SelectionMethod::layer_order;
}

WeightValues normalised_magnitudes(const Network& network) {
  WeightValues magnitudes(network.nodes.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    if (!node.is_mvm()) continue;
    const double full_scale = (1 << (node.mvm.weight_bits - 1)) - 1;
    for (std::int16_t code : node.mvm.weights) magnitudes[n].push_back(std::abs(int{code}) / full_scale);
  }
  return magnitudes;
}

Selection select_cells(const Architecture& architecture, const Network& network, const Plan& plan,
                       const SelectionOptions& options) {
  const bool has_values = options.method == SelectionMethod::swim || options.method == SelectionMethod::file;
  NVCIM_CHECK(!has_values || options.values.size() == network.nodes.size(), "{} values for {} nodes",
              options.values.size(), network.nodes.size());
  const UnitMap units = make_units(network, plan, options.granularity);
  UnitSums sums = sum_units(architecture, network, plan, units, normalised_magnitudes(network), options);

  std::vector<std::uint32_t> order;
  if (options.order == SelectionOrder::per_time) {
    NVCIM_CHECK(options.row_time && has_value(options.method), "no time, or a method without a value to divide by it");
    order = order_by_time(plan, units, options.granularity, sums.value, sums.magnitude, options.row_time);
  } else {
    std::vector<double> score;
    if (options.method == SelectionMethod::random) {
      score = random_values(units, options);
    } else if (options.method == SelectionMethod::layer_order) {
      score = layer_values(plan, units);
    } else {
      score = sums.value;
      for (std::uint32_t unit = 0; unit < units.units; ++unit) score[unit] /= sums.cycles[unit];
    }
    // Random and layer order know nothing of the weights: where they tie, the number alone decides.
    const bool by_magnitude = has_values;
    std::vector<double> density(sums.magnitude);
    for (std::uint32_t unit = 0; unit < units.units; ++unit) density[unit] /= sums.cycles[unit];
    order.resize(units.units);
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (score[a] != score[b]) return score[a] > score[b];
      if (by_magnitude && density[a] != density[b]) return density[a] > density[b];
      return a < b;
    });
  }

  Selection selection;
  selection.method = options.method;
  selection.granularity = options.granularity;
  selection.order = options.order;
  std::vector<std::uint32_t> rank_of_unit(units.units);
  for (const Block& block : plan.blocks) selection.rows.push_back(block.rows);
  selection.cycles.assign(1, 0.0);
  selection.loss_removed.assign(1, 0.0);
  for (std::uint32_t rank = 0; rank < units.units; ++rank) {
    rank_of_unit[order[rank]] = rank;
    selection.cycles.push_back(selection.cycles.back() + sums.cycles[order[rank]]);
    selection.loss_removed.push_back(selection.loss_removed.back() +
                                     (options.method == SelectionMethod::swim ? sums.value[order[rank]] : 0.0));
  }
  for (const auto& of_cell : units.of_cell) {
    std::vector<std::uint32_t>& rank = selection.rank.emplace_back(of_cell.size());
    for (std::size_t cell = 0; cell < of_cell.size(); ++cell) rank[cell] = rank_of_unit[of_cell[cell]];
  }
  return selection;
}

std::uint32_t Selection::units_within(double share) const {
  NVCIM_CHECK(share >= 0, "share {}", share);
  if (share >= 1) return units();
  // A share such as 0.3 is not a binary fraction: a prefix that hits it exactly must not be lost to rounding.
  const double limit = share * cycles.back() * (1 + 1e-12);
  const auto past = std::upper_bound(cycles.begin(), cycles.end(), limit);
  return static_cast<std::uint32_t>(past - cycles.begin()) - 1;
}

WritePlan Selection::first(std::uint32_t count) const {
  NVCIM_CHECK(count <= units(), "{} of {} units", count, units());
  WritePlan plan;
  for (std::size_t index = 0; index < rank.size(); ++index) {
    const std::vector<std::uint32_t>& block = rank[index];
    std::vector<std::uint8_t>& verify = plan.verify.emplace_back(block.size());
    std::vector<std::uint32_t>& priority = plan.row_priority.emplace_back(rows[index], kNoPriority);
    const std::size_t columns = block.size() / std::size_t(rows[index]);
    for (std::size_t cell = 0; cell < block.size(); ++cell) {
      if (block[cell] >= count) continue;
      verify[cell] = 1;
      priority[cell / columns] = std::min(priority[cell / columns], block[cell]);
    }
  }
  return plan;
}

}  // namespace nvcim::mapping
