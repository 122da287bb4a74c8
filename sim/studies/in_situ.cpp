// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/in_situ.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "arch/check.h"
#include "arch/random.h"
#include "mapping/programmed_weights.h"
#include "mapping/write_plan.h"
#include "workloads/gradient.h"

namespace nvcim::sim {
namespace {

double largest_code(const workloads::Node& node) {
  return (1 << (node.mvm.weight_bits - 1)) - 1;
}

}  // namespace

InSituTraining::InSituTraining(const Architecture& architecture, const workloads::Network& network,
                               const mapping::Plan& plan, const workloads::Dataset& training,
                               const mapping::ChipDraws& draws, const InSituOptions& options)
    : architecture_(architecture),
      original_(network),
      plan_(plan),
      training_(training),
      draws_(draws),
      options_(options),
      network_(network),
      targets_(network.nodes.size()) {
  NVCIM_CHECK(training.samples() > 0 && options.batch > 0, "{} samples, {} a batch", training.samples(), options.batch);
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    for (std::int16_t code : network.nodes[n].mvm.weights) targets_[n].push_back(code / largest_code(network.nodes[n]));
  write();
}

void InSituTraining::write() {
  for (std::size_t n = 0; n < targets_.size(); ++n)
    for (std::size_t i = 0; i < targets_[n].size(); ++i)
      network_.nodes[n].mvm.weights[i] =
          static_cast<std::int16_t>(std::nearbyint(targets_[n][i] * largest_code(network_.nodes[n])));
  draws_.rewrite = static_cast<std::uint32_t>(steps_);
  chip_ = mapping::make_instance(
      architecture_, network_, plan_,
      mapping::write_cells(architecture_, network_, plan_, mapping::verify_none(plan_), draws_, false));
}

void InSituTraining::step() {
  const DrawStream order(draws_.seed, Purpose::training_order, draws_.instance, 0, 0);
  std::vector<int> chosen;
  for (int i = 0; i < std::min(options_.batch, training_.samples()); ++i) {
    const std::uint32_t bits = order.block(static_cast<std::uint32_t>(steps_), static_cast<std::uint32_t>(i))[0];
    chosen.push_back(static_cast<int>(std::uint64_t{bits} * static_cast<std::uint64_t>(training_.samples()) >> 32));
  }
  // The engine counts from the original codes.
  workloads::WeightMatrix deviation = mapping::programmed_weights(network_, plan_, chip_);
  for (std::size_t n = 0; n < deviation.size(); ++n)
    for (std::size_t i = 0; i < deviation[n].size(); ++i)
      deviation[n][i] -= static_cast<float>(original_.nodes[n].mvm.weights[i] / largest_code(original_.nodes[n]));
  workloads::GradientEngine engine(original_, 1);
  const workloads::GradientSum sum =
      engine.run(deviation, training_.pixels, training_.labels, chosen, {.loss = workloads::AttackLoss::cross_entropy});
  for (std::size_t n = 0; n < targets_.size(); ++n) {
    if (targets_[n].empty()) continue;
    // The attack's objective falls as the label loses: minus the loss. The step of the real weight W = s·w is
    // learning_rate · dL/dW, so that of w is learning_rate / s² · dL/dw.
    const workloads::Node& node = original_.nodes[n];
    for (std::size_t i = 0; i < targets_[n].size(); ++i) {
      const double s =
          largest_code(node) * node.mvm.weight_scale * node.mvm.channel_scale(static_cast<int>(i) / node.matrix_rows());
      const double rate = options_.learning_rate / (s * s * double(chosen.size()));
      targets_[n][i] = std::clamp(targets_[n][i] + rate * sum.gradient[n][i], -1.0, 1.0);
    }
  }
  ++steps_;
  write();
}

}  // namespace nvcim::sim
