// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/studies/worst_case_descent.h"

namespace nvcim::sim {
namespace {

using workloads::AttackLoss;
using workloads::AttackObjective;
using Point = WorstCaseDescent::Point;
using Schedule = WorstCaseDescent::Schedule;

constexpr Schedule kWhole{.iterations = 300, .first_step = 0.3, .last_step = 0.01};
constexpr Schedule kTrial{.iterations = 150, .first_step = 0.3, .last_step = 0.02};
constexpr Schedule kBeyond{
    .iterations = 200, .first_step = 0.3, .last_step = 0.03, .first_reach = 1.5, .last_reach = 1.5};
constexpr Schedule kNarrow{.iterations = 600, .first_step = 0.06, .last_step = 0.01, .first_reach = 1.5};
constexpr Schedule kRefine{.iterations = 200, .first_step = 0.1, .last_step = 0.01};
constexpr int kMostBars = 4, kMostRounds = 6;
constexpr double kStalemate = 0.005;  // share of the samples that two classes hold against each other

/// Two classes whose samples are held by each other's: where margin descent ends, because what moves one class over
/// moves the other back.
struct Pair {
  int first = 0, second = 0, samples = 0;
};
Pair largest_stalemate(const std::vector<int>& held, int classes) {
  Pair largest;
  for (int a = 0; a < classes; ++a)
    for (int b = a + 1; b < classes; ++b) {
      const int samples = held[a * classes + b] + held[b * classes + a];
      if (samples > largest.samples) largest = {a, b, samples};
    }
  return largest;
}

class Search {
 public:
  explicit Search(WorstCaseDescent& descent)
      : descent_(descent),
        classes_(descent.request().network.classes()),
        nothing_(workloads::zero_weights(descent.request().network)) {}

  SearchOutcome run() {
    const double softness = kSoftness * descent_.mean_margin();
    Found best = by_margin(softness);
    for (const auto start : {&Search::by_entropy, &Search::by_narrowing, &Search::by_one_class}) {
      tell();
      if (best.point.correct <= kWorthIt * descent_.samples() || descent_.is_enough(best.point.correct)) break;
      Found other = (this->*start)(softness);
      if (other.point.correct < best.point.correct) best = std::move(other);
    }
    const int correct = best.point.correct;
    return {std::move(best.point.deviation), correct, descent_.iterations(), best.by, best.converged || correct == 0};
  }

 private:
  void tell() const {
    const auto& progress = descent_.request().progress;
    if (progress) progress(descent_.iterations(), std::max(descent_.iterations(), kGuess));
  }

  struct Found {
    Point point;
    AttackObjective objective;
    std::string by;
    bool converged = false;
  };

  Found by_margin(double softness) {
    const AttackObjective margin{.loss = AttackLoss::margin, .softness = softness};
    Found found{descent_.descend(nothing_, margin, kWhole), margin, "margin", false};
    tell();
    break_stalemates(found);
    refine(found, softness);
    return found;
  }

  /// Falls into naming one class whatever the image where the bound leaves no better.
  Found by_entropy(double softness) {
    const AttackObjective entropy{.loss = AttackLoss::cross_entropy};
    Found found{descent_.descend(nothing_, entropy, kWhole), entropy, "cross entropy", false};
    refine(found, softness);
    return found;
  }

  /// Starts where the margin ends in a wider reach and narrows it, counting right samples: near the bound at which a
  /// network breaks, descent within the bound does not find the way there.
  Found by_narrowing(double softness) {
    const AttackObjective margin{.loss = AttackLoss::margin, .softness = softness};
    const AttackObjective count{.loss = AttackLoss::accuracy, .softness = softness};
    Point beyond = descent_.descend(nothing_, margin, kBeyond);
    tell();
    Found found{descent_.descend(std::move(beyond.deviation), count, kNarrow), margin, "narrowing", false};
    refine(found, softness);
    return found;
  }

  /// Every image is named the rarest class.
  Found by_one_class(double softness) {
    const int one = descent_.rarest_class();
    AttackObjective towards{.loss = AttackLoss::margin, .softness = 4 * softness};
    towards.barred.assign(std::size_t(classes_) * classes_, 0);
    for (int label = 0; label < classes_; ++label)
      for (int rival = 0; rival < classes_; ++rival)
        towards.barred[label * classes_ + rival] = label != one && rival != one;
    Point start = descent_.descend(nothing_, towards, kTrial);
    const AttackObjective count{.loss = AttackLoss::accuracy, .softness = 4 * softness, .barred = towards.barred};
    Found found{descent_.descend(std::move(start.deviation), count, kTrial), count, "one class", false};
    found.objective.barred.clear();
    refine(found, softness);
    return found;
  }

  /// Bars one class of a stalemate from being the other's rival, whichever way round helps more, as long as it helps.
  void break_stalemates(Found& best) {
    for (int bars = 0; bars < kMostBars && !descent_.is_enough(best.point.correct); ++bars) {
      const Pair pair = largest_stalemate(best.point.held, classes_);
      if (pair.samples < kStalemate * descent_.samples()) return;
      const AttackObjective before = best.objective;
      bool better = false;
      for (const auto& [label, rival] : {std::pair{pair.first, pair.second}, std::pair{pair.second, pair.first}}) {
        AttackObjective trial = before;
        if (trial.barred.empty()) trial.barred.assign(std::size_t(classes_) * classes_, 0);
        std::uint8_t& bar = trial.barred[label * classes_ + rival];
        if (bar != 0) continue;
        bar = 1;
        Point point = descent_.descend(nothing_, trial, kTrial);
        tell();
        if (point.correct >= best.point.correct) continue;
        best = {std::move(point), std::move(trial), "margin, rivals barred", false};
        better = true;
      }
      if (!better) return;
    }
  }

  /// Goes on from the best point, with the smooth count of right samples and with what found it in turn, until neither
  /// gains.
  void refine(Found& best, double softness) {
    const AttackObjective count{.loss = AttackLoss::accuracy, .softness = softness, .barred = best.objective.barred};
    for (int round = 0; round < kMostRounds && !best.converged && !descent_.is_enough(best.point.correct); ++round) {
      const int before = best.point.correct;
      const AttackObjective own = best.objective;
      for (const AttackObjective* next : {&count, &own}) {
        Point point = descent_.descend(best.point.deviation, *next, kRefine);
        tell();
        if (point.correct >= best.point.correct) continue;
        best.point = std::move(point);
        if (next == &count && !best.by.ends_with("accuracy")) best.by += ", then accuracy";
      }
      best.converged = before - best.point.correct <= kWorthIt * descent_.samples();
    }
  }

  static constexpr int kGuess =
      2 * kWhole.iterations + kBeyond.iterations + kNarrow.iterations + 4 * kTrial.iterations + 8 * kRefine.iterations;

  WorstCaseDescent& descent_;
  int classes_;
  workloads::WeightMatrix nothing_;
};

}  // namespace

SearchOutcome search_by_descent(WorstCaseDescent& descent) {
  return Search(descent).run();
}

}  // namespace nvcim::sim
