// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/studies/worst_case_search.h"
#include "workloads/gradient.h"

namespace nvcim::sim {

/// Share of the samples that another round of a search must gain for it to go on.
inline constexpr double kWorthIt = 0.001;
/// Of the margin, in units of the mean margin; found on LeNet, where a quarter or four times as much reaches less.
inline constexpr double kSoftness = 1.0 / 16;

/// What the searches share: mini-batches in a drawn order, gradients, the count of right samples, the best so far.
class WorstCaseDescent {
 public:
  explicit WorstCaseDescent(const SearchRequest& request);

  /// Iterations of a descent; a step is a share of each weight's reach and falls geometrically. The reach may start
  /// wider than the weights' own and narrow to it linearly.
  struct Schedule {
    int iterations = 1;
    double first_step = 0.3, last_step = 0.01;
    double momentum = 0.9;
    double first_reach = 1, last_reach = 1;  ///< factors on the reach
  };

  /// A point and what it does to the search split.
  struct Point {
    workloads::WeightMatrix deviation;
    int correct = 0;
    std::vector<int> held;  ///< as GradientSum
  };

  Point at(workloads::WeightMatrix deviation);
  Point origin() { return at(workloads::zero_weights(request_.network)); }
  /// Sign descent from a point, each step projected onto the reach.
  Point descend(workloads::WeightMatrix from, const workloads::AttackObjective& objective, const Schedule& schedule);
  /// Of the next mini-batch. @return its size
  int next_gradient(const workloads::WeightMatrix& deviation, const workloads::AttackObjective& objective,
                    workloads::GradientSum& sum);

  /// Mean margin of the samples that the network has right without deviations: the unit of softness.
  double mean_margin() const { return mean_margin_; }
  /// The class with the fewest samples: naming it whatever the image leaves the fewest right.
  int rarest_class() const;
  /// Whether so few right samples are all that was asked for.
  bool is_enough(int correct) const { return correct <= request_.enough * samples(); }
  int samples() const { return static_cast<int>(request_.labels.size()); }
  int iterations() const { return iterations_; }
  const SearchRequest& request() const { return request_; }

 private:
  const SearchRequest& request_;
  workloads::GradientEngine engine_;
  std::vector<int> all_, order_;
  std::size_t batch_;
  std::size_t next_ = 0;
  std::uint32_t epoch_ = 0;
  double mean_margin_ = 1;
  int iterations_ = 0;
};

SearchOutcome search_by_descent(WorstCaseDescent& descent);
SearchOutcome search_by_lagrangian(WorstCaseDescent& descent);

}  // namespace nvcim::sim
