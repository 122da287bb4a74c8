// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "arch/parameters.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "mapping/written_cells.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

/// Training on the programmed chip instead of verifying it: the baseline that SWIM is compared with.
namespace nvcim::sim {

struct InSituOptions {
  double learning_rate = 0.02;  ///< of the real weights
  int batch = 128;              ///< training samples of one step
};

/// One chip of which every weight is written once, unverified, and then again after every step of stochastic gradient
/// descent: gradients are taken at the weights that the cells hold, the update goes to a copy of the targets in full
/// precision, its codes are written. Activations are digital and keep their scales, biases are not trained.
/// Source of the baseline: Yan et al., SWIM, DAC 2022, section 4; the costs are those of method: a step writes every
/// weight once.
class InSituTraining {
 public:
  /// References must outlive it.
  InSituTraining(const Architecture& architecture, const workloads::Network& network, const mapping::Plan& plan,
                 const workloads::Dataset& training, const mapping::ChipDraws& draws, const InSituOptions& options);

  void step();
  int steps() const { return steps_; }
  /// The chip as it is now, and the network that its cells were written for.
  const mapping::ChipInstance& chip() const { return chip_; }
  const workloads::Network& network() const { return network_; }

 private:
  void write();

  const Architecture& architecture_;
  const workloads::Network& original_;
  const mapping::Plan& plan_;
  const workloads::Dataset& training_;
  mapping::ChipDraws draws_;
  InSituOptions options_;
  workloads::Network network_;                // with the codes of the targets
  std::vector<std::vector<double>> targets_;  // [nodes][weights] normalised
  mapping::ChipInstance chip_;
  int steps_ = 0;
};

}  // namespace nvcim::sim
