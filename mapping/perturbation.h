// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "mapping/written_cells.h"
#include "workloads/network.h"

/// Chosen deviations of a chip's cells from their targets, each within the bound that programming guarantees: what an
/// adversary may do, or a draw within the same bounds. Deviations are codes of the conductance grid, so whether a bound
/// holds is a comparison of whole numbers.
namespace nvcim::mapping {

/// How far cells may be from their targets, as shares of g_max - g_min.
struct CellBounds {
  double tight = 0;  ///< verified cells
  double loose = 0;  ///< the others
  WritePlan verify;  ///< which are verified; no blocks: all
};

/// The cells of one layer that hold weights, by their place in the layer's cell matrix, so that crossbar size and
/// placement do not matter. Copies of the layer deviate alike; offset columns hold their targets.
struct LayerPerturbation {
  std::vector<std::int16_t> deviation;  ///< [matrix rows][outputs * planes] grid steps
  std::vector<std::uint8_t> loose;      ///< the same shape, 1: held to the loose bound; empty: none
};

struct Perturbation {
  double tight = 0, loose = 0;
  std::vector<LayerPerturbation> layers;  ///< [plan.layers]
};

/// Largest whole number of grid steps within a bound.
int bound_steps(double bound, const WeightEncoding& encoding);

/// Every cell at its target. A cell is held to the loose bound where no copy of its layer verifies it.
Perturbation at_targets(const workloads::Network& network, const Plan& plan, const CellBounds& bounds);

/// How far each normalised weight can be moved by its cells: low <= 0 <= high, all cells of the weight together, each
/// within its bound and its own range. [nodes][outputs * matrix rows], empty for pooling.
struct WeightReach {
  std::vector<std::vector<float>> low, high;
};
WeightReach weight_reach(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                         const Perturbation& bounds);

/// Sets the deviations so that every normalised weight moves by `deviation` as nearly as whole grid steps allow: all
/// cells of a weight go the same share of their own reach.
/// @param deviation [nodes][outputs * matrix rows], clamped to the reach
void move_weights(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                  const std::vector<std::vector<float>>& deviation, Perturbation& perturbation);

/// What move_weights really did. [nodes][outputs * matrix rows]
std::vector<std::vector<float>> moved_weights(const workloads::Network& network, const Plan& plan,
                                              const Perturbation& perturbation);

enum class BoundedDraw {
  gaussian,  ///< N(0, bound^2) given that it is within the bound
  uniform,   ///< over the bound
  extreme,   ///< the bound itself, up or down with equal chance
};
/// Draws every cell within its bound and its range (clamped to the latter), by addressed draws.
void draw_within_bounds(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                        BoundedDraw draw, const ChipDraws& draws, Perturbation& perturbation);

/// What is true of the cells, counted one by one.
struct PerturbationExtent {
  std::int64_t cells = 0, loose_cells = 0, moved_cells = 0;
  double largest_tight = 0, largest_loose = 0;  ///< largest deviation of each kind, share of g_max - g_min
  std::int64_t past_bound = 0;                  ///< cells further from their target than their bound
  std::int64_t past_range = 0;                  ///< cells outside of what a cell can hold
  int fault_layer = -1;                         ///< of the first cell past one of the two, index in plan.layers
  std::size_t fault_cell = 0;                   ///< and its index in LayerPerturbation
};
PerturbationExtent measure_extent(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                                  const Perturbation& perturbation);

/// The cells of a chip with these deviations and no others. The seed and instance of `draws` are left for what is drawn
/// at reading: read noise and converter errors.
WrittenCells perturbed_cells(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                             const Perturbation& perturbation, const ChipDraws& draws);

/// The architecture whose cells stay where they are: no drift, no relaxation.
Architecture without_ageing(Architecture architecture);

}  // namespace nvcim::mapping
