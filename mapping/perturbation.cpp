// SPDX-License-Identifier: Apache-2.0
#include "mapping/perturbation.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "arch/normal_quantile.h"
#include "arch/random.h"
#include "mapping/cell_targets.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

int code_limit(const Node& node) {
  return (1 << (node.mvm.weight_bits - 1)) - 1;
}

/// One layer's cells, weight by weight.
class LayerCells {
 public:
  LayerCells(const Network& network, const LayerPlan& layer)
      : node_(network.nodes[layer.node]), encoding_(layer.encoding), levels_(layer.encoding.planes()) {}

  std::size_t size() const { return node_.mvm.weights.size() * levels_.size(); }

  /// Calls visit(weight, cell, plane, target) for every cell: index of its weight in MvmLayer::weights, of the cell in
  /// LayerPerturbation, its plane and its target in grid steps.
  template <class Visit>
  void for_each(Visit visit) {
    const int rows = node_.matrix_rows(), outputs = node_.outputs(), planes = encoding_.planes();
    for (int row = 0; row < rows; ++row)
      for (int output = 0; output < outputs; ++output) {
        const std::size_t weight = std::size_t(output) * rows + row;
        encoding_.encode(node_.mvm.weights[weight], levels_.data());
        for (int plane = 0; plane < planes; ++plane)
          visit(weight, (std::size_t(row) * outputs + output) * planes + plane, plane,
                levels_[plane] * encoding_.grid_per_level);
      }
  }

 private:
  const Node& node_;
  const WeightEncoding& encoding_;
  std::vector<int> levels_;
};

/// How far a cell may go down (<= 0) and up.
struct CellReach {
  int down = 0, up = 0;
};

class Bounds {
 public:
  Bounds(const Perturbation& bounds, const LayerPerturbation& layer, const WeightEncoding& encoding, CellRange range)
      : tight_(bound_steps(bounds.tight, encoding)),
        loose_(bound_steps(bounds.loose, encoding)),
        marks_(layer.loose),
        range_(range) {}

  bool is_loose(std::size_t cell) const { return !marks_.empty() && marks_[cell] != 0; }
  int steps(std::size_t cell) const { return is_loose(cell) ? loose_ : tight_; }
  CellReach reach(std::size_t cell, int target) const {
    return {std::max(-steps(cell), std::min(0, range_.lowest - target)),
            std::min(steps(cell), std::max(0, range_.highest - target))};
  }

 private:
  int tight_, loose_;
  const std::vector<std::uint8_t>& marks_;
  CellRange range_;
};

/// Grid steps of a layer's weight codes, in units of the full scale.
double normalised_step(const Node& node, const WeightEncoding& encoding) {
  return 1.0 / (double(encoding.grid_per_level) * code_limit(node));
}

void check_shape(const Network& network, const Plan& plan, const Perturbation& perturbation) {
  NVCIM_CHECK(perturbation.layers.size() == plan.layers.size(), "{} layers for {}", perturbation.layers.size(),
              plan.layers.size());
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const std::size_t cells = LayerCells(network, plan.layers[i]).size();
    const LayerPerturbation& layer = perturbation.layers[i];
    NVCIM_CHECK(layer.deviation.size() == cells && (layer.loose.empty() || layer.loose.size() == cells),
                "layer {}: {} and {} for {} cells", i, layer.deviation.size(), layer.loose.size(), cells);
  }
}

/// Index in LayerPerturbation of a cell of a block; none for the offset column.
std::ptrdiff_t cell_of(const Node& node, const WeightEncoding& encoding, const Block& block, int row, int column) {
  const int planes = encoding.planes();
  if (column >= block.outputs * planes) return -1;
  // Rows of an output's own group: what LayerPerturbation counts.
  const int matrix_row = block.row_begin + row - block.output_begin / node.group_outputs() * node.matrix_rows();
  return std::ptrdiff_t(matrix_row) * node.outputs() * planes + block.output_begin * planes + column;
}

}  // namespace

int bound_steps(double bound, const WeightEncoding& encoding) {
  // A bound such as 0.1 times a whole span must not lose a step to rounding.
  return static_cast<int>(std::floor(bound * encoding.max_level * encoding.grid_per_level * (1 + 1e-12)));
}

Perturbation at_targets(const Network& network, const Plan& plan, const CellBounds& bounds) {
  Perturbation perturbation;
  perturbation.tight = bounds.tight;
  perturbation.loose = bounds.verify.verify.empty() ? bounds.tight : bounds.loose;
  for (const LayerPlan& layer : plan.layers) {
    LayerPerturbation& cells = perturbation.layers.emplace_back();
    cells.deviation.assign(LayerCells(network, layer).size(), 0);
    if (bounds.verify.verify.empty()) continue;
    cells.loose.assign(cells.deviation.size(), 1);
    for (const int index : layer.blocks) {
      const Block& block = plan.blocks[index];
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column) {
          const std::ptrdiff_t cell = cell_of(network.nodes[layer.node], layer.encoding, block, row, column);
          if (cell >= 0 && bounds.verify.verify[index][std::size_t(row) * block.columns + column] != 0)
            cells.loose[cell] = 0;
        }
    }
  }
  return perturbation;
}

WeightReach weight_reach(const Architecture& architecture, const Network& network, const Plan& plan,
                         const Perturbation& bounds) {
  check_shape(network, plan, bounds);
  WeightReach reach;
  reach.low.resize(network.nodes.size());
  reach.high.resize(network.nodes.size());
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    const Node& node = network.nodes[layer.node];
    std::vector<double> low(node.mvm.weights.size(), 0.0), high(low);
    const Bounds of_cell(bounds, bounds.layers[i], layer.encoding, cell_range(architecture.device, layer.encoding));
    LayerCells(network, layer).for_each([&](std::size_t weight, std::size_t cell, int plane, int target) {
      const CellReach steps = of_cell.reach(cell, target);
      const auto factor = static_cast<double>(layer.encoding.factor[plane]);
      low[weight] += factor * (factor > 0 ? steps.down : steps.up);
      high[weight] += factor * (factor > 0 ? steps.up : steps.down);
    });
    const double step = normalised_step(node, layer.encoding);
    for (std::size_t w = 0; w < low.size(); ++w) {
      reach.low[layer.node].push_back(static_cast<float>(low[w] * step));
      reach.high[layer.node].push_back(static_cast<float>(high[w] * step));
    }
  }
  return reach;
}

void move_weights(const Architecture& architecture, const Network& network, const Plan& plan,
                  const std::vector<std::vector<float>>& deviation, Perturbation& perturbation) {
  const WeightReach reach = weight_reach(architecture, network, plan, perturbation);
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    LayerPerturbation& cells = perturbation.layers[i];
    const Bounds of_cell(perturbation, cells, layer.encoding, cell_range(architecture.device, layer.encoding));
    LayerCells(network, layer).for_each([&](std::size_t weight, std::size_t cell, int plane, int target) {
      const double wanted = deviation[layer.node][weight];
      const double whole = wanted < 0 ? -reach.low[layer.node][weight] : reach.high[layer.node][weight];
      const double share = whole > 0 ? std::min(std::abs(wanted) / whole, 1.0) : 0;
      const CellReach steps = of_cell.reach(cell, target);
      const bool up = (wanted > 0) == (layer.encoding.factor[plane] > 0);
      cells.deviation[cell] = static_cast<std::int16_t>(std::nearbyint(share * (up ? steps.up : steps.down)));
    });
  }
}

std::vector<std::vector<float>> moved_weights(const Network& network, const Plan& plan,
                                              const Perturbation& perturbation) {
  check_shape(network, plan, perturbation);
  std::vector<std::vector<float>> moved(network.nodes.size());
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    const Node& node = network.nodes[layer.node];
    std::vector<double> steps(node.mvm.weights.size(), 0.0);
    LayerCells(network, layer).for_each([&](std::size_t weight, std::size_t cell, int plane, int) {
      steps[weight] += static_cast<double>(layer.encoding.factor[plane]) * perturbation.layers[i].deviation[cell];
    });
    for (double value : steps)
      moved[layer.node].push_back(static_cast<float>(value * normalised_step(node, layer.encoding)));
  }
  return moved;
}

void draw_within_bounds(const Architecture& architecture, const Network& network, const Plan& plan, BoundedDraw draw,
                        const ChipDraws& draws, Perturbation& perturbation) {
  check_shape(network, plan, perturbation);
  constexpr double kBelowOneSigma = 0.15865525393145705;  // Phi(-1)
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    LayerPerturbation& cells = perturbation.layers[i];
    const Bounds of_cell(perturbation, cells, layer.encoding, cell_range(architecture.device, layer.encoding));
    const DrawStream stream(draws.seed, Purpose::bounded_deviation, draws.instance,
                            static_cast<std::uint32_t>(layer.node), 0);
    const std::size_t columns = std::size_t(network.nodes[layer.node].outputs()) * layer.encoding.planes();
    LayerCells(network, layer).for_each([&](std::size_t, std::size_t cell, int, int target) {
      const auto row = static_cast<std::uint32_t>(cell / columns), column = static_cast<std::uint32_t>(cell % columns);
      const double u = DrawStream::uniform(stream.block(row, column / 4)[column % 4]);
      double share = u < 0.5 ? -1 : 1;
      if (draw == BoundedDraw::uniform) share = 2 * u - 1;
      if (draw == BoundedDraw::gaussian) {
        const double inside = kBelowOneSigma + (1 - 2 * kBelowOneSigma) * u;
        share = NormalQuantile::instance()(static_cast<std::uint32_t>(inside * 0x1p32));
      }
      const CellReach steps = of_cell.reach(cell, target);
      const double wanted = std::nearbyint(share * of_cell.steps(cell));
      cells.deviation[cell] = static_cast<std::int16_t>(std::clamp(wanted, double(steps.down), double(steps.up)));
    });
  }
}

PerturbationExtent measure_extent(const Architecture& architecture, const Network& network, const Plan& plan,
                                  const Perturbation& perturbation) {
  check_shape(network, plan, perturbation);
  PerturbationExtent extent;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    const LayerPerturbation& cells = perturbation.layers[i];
    const CellRange range = cell_range(architecture.device, layer.encoding);
    const Bounds of_cell(perturbation, cells, layer.encoding, range);
    LayerCells(network, layer).for_each([&](std::size_t, std::size_t cell, int, int target) {
      const int deviation = cells.deviation[cell], code = target + deviation;
      double& largest = of_cell.is_loose(cell) ? extent.largest_loose : extent.largest_tight;
      largest = std::max(largest, std::abs(deviation) / double(range.span));
      ++extent.cells;
      extent.loose_cells += of_cell.is_loose(cell);
      extent.moved_cells += deviation != 0;
      const bool past_bound = std::abs(deviation) > of_cell.steps(cell);
      const bool past_range = deviation != 0 && (code < range.lowest || code > range.highest);
      extent.past_bound += past_bound;
      extent.past_range += past_range;
      if ((past_bound || past_range) && extent.fault_layer < 0) {
        extent.fault_layer = static_cast<int>(i);
        extent.fault_cell = cell;
      }
    });
  }
  return extent;
}

WrittenCells perturbed_cells(const Architecture& architecture, const Network& network, const Plan& plan,
                             const Perturbation& perturbation, const ChipDraws& draws) {
  check_shape(network, plan, perturbation);
  WrittenCells written;
  written.draws = draws;
  for (const Block& block : plan.blocks) {
    const int layer_index = plan.layer_of_node[block.node];
    const LayerPlan& layer = plan.layers[layer_index];
    const Node& node = network.nodes[block.node];
    const CellRange range = cell_range(architecture.device, layer.encoding);
    WrittenBlock& cells = written.blocks.emplace_back();
    cells.codes.resize(std::size_t(block.rows) * block.columns);
    std::vector<int> levels(block.columns);
    for (int row = 0; row < block.rows; ++row) {
      target_levels(node, layer.encoding, block, row, levels);
      for (int column = 0; column < block.columns; ++column) {
        const std::ptrdiff_t cell = cell_of(node, layer.encoding, block, row, column);
        const int deviation = cell < 0 ? 0 : perturbation.layers[layer_index].deviation[cell];
        const int code = levels[column] * layer.encoding.grid_per_level + deviation;
        NVCIM_CHECK(code >= range.lowest && code <= range.highest, "code {} outside {}..{}", code, range.lowest,
                    range.highest);
        cells.codes[std::size_t(row) * block.columns + column] = static_cast<std::int16_t>(code);
      }
    }
  }
  return written;
}

Architecture without_ageing(Architecture architecture) {
  architecture.device.drift = DriftModel::none;
  architecture.device.relaxation = RelaxationModel::none;
  return architecture;
}

}  // namespace nvcim::mapping
