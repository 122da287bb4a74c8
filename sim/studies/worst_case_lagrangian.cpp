// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "sim/studies/worst_case_descent.h"

namespace nvcim::sim {
namespace {

using workloads::AttackLoss;
using workloads::AttackObjective;
using workloads::GradientSum;
using workloads::WeightMatrix;
using Point = WorstCaseDescent::Point;

constexpr int kIterations = 200;  // of Adam for one c
constexpr int kBisections = 9, kMostBisections = 15;
constexpr double kRate = 0.05, kLastRate = 0.002;  // of Adam, in units of the reach
constexpr double kSlack = 0.02;                    // past the reach by which a point still counts as within it

/// Minimises c·mean(margin) + sum over the weights of max(|u| - 1, 0), u being the deviation in units of its reach.
class Relaxation {
 public:
  explicit Relaxation(WorstCaseDescent& descent) : descent_(descent), reach_(descent.request().reach) {}

  /// Adam from `u`. @return largest |u| at its end
  double run(WeightMatrix& u, double c) {
    constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-12;
    const AttackObjective objective{.loss = AttackLoss::margin, .softness = kSoftness * descent_.mean_margin()};
    WeightMatrix first = workloads::zero_weights(descent_.request().network), second = first;
    GradientSum sum;
    for (int iteration = 1; iteration <= kIterations; ++iteration) {
      const int batch = descent_.next_gradient(deviation_of(u), objective, sum);
      const double rate = kRate * std::pow(kLastRate / kRate, double(iteration) / kIterations);
      const double correction1 = 1 - std::pow(beta1, iteration), correction2 = 1 - std::pow(beta2, iteration);
      const double weight = c / (batch * descent_.mean_margin());
      for (std::size_t n = 0; n < u.size(); ++n)
        for (std::size_t i = 0; i < u[n].size(); ++i) {
          const double unit = u[n][i] < 0 ? -reach_.low[n][i] : reach_.high[n][i];
          const double past = u[n][i] > 1 ? 1 : u[n][i] < -1 ? -1 : 0;
          const double g = weight * unit * sum.gradient[n][i] + past;
          first[n][i] = static_cast<float>(beta1 * first[n][i] + (1 - beta1) * g);
          second[n][i] = static_cast<float>(beta2 * second[n][i] + (1 - beta2) * g * g);
          u[n][i] -=
              static_cast<float>(rate * first[n][i] / correction1 / (std::sqrt(second[n][i] / correction2) + epsilon));
        }
    }
    double largest = 0;
    for (const auto& of_node : u)
      for (const float value : of_node) largest = std::max(largest, double(std::abs(value)));
    return largest;
  }

  WeightMatrix deviation_of(const WeightMatrix& u) const {
    WeightMatrix deviation = u;
    for (std::size_t n = 0; n < u.size(); ++n)
      for (std::size_t i = 0; i < u[n].size(); ++i)
        deviation[n][i] *= u[n][i] < 0 ? -reach_.low[n][i] : reach_.high[n][i];
    return deviation;
  }

  /// The nearest point within the reach.
  WeightMatrix within(WeightMatrix u) const {
    for (auto& of_node : u)
      for (float& value : of_node) value = std::clamp(value, -1.0f, 1.0f);
    return deviation_of(u);
  }

 private:
  WorstCaseDescent& descent_;
  const mapping::WeightReach& reach_;
};

}  // namespace

SearchOutcome search_by_lagrangian(WorstCaseDescent& descent) {
  Relaxation relaxation(descent);
  WeightMatrix u = workloads::zero_weights(descent.request().network);
  Point best = descent.origin();
  // Where c·|gradient| of one weight outweighs the 1 that being past the reach costs, that weight leaves: somewhere
  // between these two all weights stay.
  double low = std::log(1e-2), high = std::log(1e6);
  bool converged = false;
  for (int round = 0; round < kMostBisections && !converged && !descent.is_enough(best.correct); ++round) {
    const double middle = (low + high) / 2;
    WeightMatrix trial = u;
    const double largest = relaxation.run(trial, std::exp(middle));
    const bool holds = largest <= 1 + kSlack;
    Point point = descent.at(relaxation.within(trial));
    const int gained = best.correct - point.correct;
    // Points that leave the reach count too, projected; but only those within lead on.
    if (holds) u = std::move(trial);
    if (gained > 0) best = std::move(point);
    (holds ? low : high) = middle;
    converged = round + 1 >= kBisections && gained <= kWorthIt * descent.samples();
    const auto& progress = descent.request().progress;
    if (progress) progress(descent.iterations(), std::max(descent.iterations(), kBisections * kIterations));
  }
  const int correct = best.correct;
  return {std::move(best.deviation), correct, descent.iterations(), "Lagrangian", converged || correct == 0};
}

}  // namespace nvcim::sim
