// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/monte_carlo.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "mapping/write_plan_file.h"
#include "sim/engine.h"
#include "sim/stats/sample_size.h"
#include "sim/studies/options/job_identity.h"
#include "sim/studies/run.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using mapping::Selection;
using mapping::SelectionMethod;

// Below this an interval's width is too much chance to decide by.
constexpr std::int64_t kFirstLook = 100;

void check(const MonteCarloRequest& request) {
  std::vector<InputIssue> issues = option_issues(request);
  const auto name = [&](const auto& member) { return option_name(request, &member); };
  if (request.verify) {
    if (request.plan != "none")
      issues.push_back({name(request.plan), "", "says what is verified; so does " + name(request.verify)});
    if (request.chosen_by() == SelectionMethod::swim && request.curvature.empty())
      issues.push_back({name(request.method), "", "swim needs the curvature of the weights"});
  }
  if (!issues.empty()) throw InputError(std::move(issues));
  check_data(request.network, request.data);
}

/// What one instance left behind.
struct InstanceOutcome {
  int correct = 0;
  std::int64_t verified = 0;
  double nwc = 0;
};

std::string text_of(const InstanceOutcome& outcome) {
  return fmt::format("{} {} {}", outcome.correct, outcome.verified, outcome.nwc);
}

InstanceOutcome parse(const MonteCarloRequest& request, int unit, const std::string& text) {
  InstanceOutcome outcome;
  long long verified = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%d %lld %lf%n", &outcome.correct, &verified, &outcome.nwc, &read) != 3 ||
      std::size_t(read) != text.size() || outcome.correct < 0 || outcome.correct > request.data.samples())
    throw InputError(request.journal.string(), fmt::format("unit {}", unit), "is not an outcome of this study");
  outcome.verified = verified;
  return outcome;
}

/// Programs and runs single instances.
class InstanceRunner {
 public:
  explicit InstanceRunner(const MonteCarloRequest& request)
      : request_(request), plan_(mapping::make_plan(request.architecture, request.network)) {
    // All but random choose alike on every instance.
    if (!request.verify)
      fixed_ = as_planned();
    else if (request.chosen_by() != SelectionMethod::random)
      fixed_ = choose(select(0));
  }

  /// One that is the same for every instance; empty when each has its own.
  const mapping::WritePlan& write_plan() const { return fixed_.write_plan; }

  InstanceOutcome run(int instance) const {
    const bool draws = request_.verify && request_.chosen_by() == SelectionMethod::random;
    const Choice drawn = draws ? choose(select(instance)) : Choice{};
    const Choice& choice = draws ? drawn : fixed_;
    const auto number = static_cast<std::uint32_t>(instance);
    const mapping::ChipInstance chip =
        mapping::program(request_.architecture, request_.network, plan_, choice.write_plan, request_.seed, number);
    const ChipRun run{request_.architecture, request_.network, plan_, chip};
    const InferenceResult result = run_functional(run, request_.data.pixels, request_.data.samples(), {});
    InstanceOutcome outcome;
    for (int sample = 0; sample < request_.data.samples(); ++sample)
      outcome.correct += result.predicted[sample] == request_.data.labels[sample];
    outcome.verified = choice.write_plan.verified_cells();
    outcome.nwc = choice.nwc;
    return outcome;
  }

  std::int64_t cells() const { return mapping::verify_all(plan_).cells(); }

 private:
  struct Choice {
    mapping::WritePlan write_plan;
    double nwc = 0;
  };

  Choice as_planned() const {
    if (request_.plan == "none") return {mapping::verify_none(plan_), 0};
    if (request_.plan == "all") return {mapping::verify_all(plan_), 1};
    return {mapping::load_write_plan(request_.plan, request_.network, plan_).plan, 0};
  }

  Selection select(int instance) const {
    mapping::SelectionOptions options;
    options.method = request_.chosen_by();
    options.granularity = request_.how.granularity;
    if (options.method == SelectionMethod::swim) options.values = request_.curvature;
    options.seed = request_.seed;
    options.instance = static_cast<std::uint32_t>(instance);
    return mapping::select_cells(request_.architecture, request_.network, plan_, options);
  }

  Choice choose(const Selection& selection) const {
    const std::uint32_t units = selection.units_within(*request_.verify);
    return {selection.first(units), selection.nwc(units)};
  }

  const MonteCarloRequest& request_;
  mapping::Plan plan_;
  Choice fixed_;
};

std::vector<double> sorted_accuracies(const std::vector<int>& correct, std::int64_t first, int samples) {
  std::vector<double> accuracies;
  for (std::int64_t i = 0; i < first; ++i) accuracies.push_back(double(correct[std::size_t(i)]) / samples);
  std::sort(accuracies.begin(), accuracies.end());
  return accuracies;
}

/// Decides how many instances are enough, from the instances in order of their numbers, whatever the order of arrival.
class StopRule {
 public:
  explicit StopRule(const MonteCarloRequest& request)
      : request_(request), correct_(std::size_t(request.asked_instances()), -1), look_(request.asked_instances()) {
    if (!request.precision) return;
    std::int64_t first = kFirstLook;
    for (double share : request.precise_quantiles()) first = std::max(first, draws_to_resolve(share));
    look_ = std::min<std::int64_t>(first, std::ssize(correct_));
  }

  /// True: enough.
  bool add(int instance, int correct) {
    correct_[std::size_t(instance)] = correct;
    while (done_ < std::ssize(correct_) && correct_[std::size_t(done_)] >= 0) ++done_;
    while (!enough_ && done_ >= look_) look();
    return enough_;
  }

  std::int64_t next_look() const { return look_; }
  bool precise() const { return precise_; }
  /// Of the instances that count.
  std::vector<int> correct() const { return {correct_.begin(), correct_.begin() + look_}; }

 private:
  void look() {
    if (request_.precision) {
      const std::vector<double> sorted = sorted_accuracies(correct_, look_, request_.data.samples());
      std::int64_t wanted = look_;
      for (double share : request_.precise_quantiles()) {
        const QuantileEstimate estimate = estimate_quantile(sorted, share);
        if (!estimate.resolved())
          wanted = std::max(wanted, draws_to_resolve(share));  // more than there may be
        else if (estimate.half_width() > *request_.precision)
          wanted = std::max(wanted, next_sample_size(look_, estimate.half_width(), *request_.precision));
      }
      precise_ = wanted == look_;
      if (!precise_ && look_ < std::ssize(correct_)) {
        look_ = std::min<std::int64_t>(wanted, std::ssize(correct_));
        return;
      }
    }
    enough_ = true;
  }

  const MonteCarloRequest& request_;
  std::vector<int> correct_;  ///< [instances] -1: not known yet
  std::int64_t done_ = 0;     ///< instances known without a gap
  std::int64_t look_ = 0;     ///< how many to decide by next
  bool enough_ = false;
  bool precise_ = false;
};

double reference_accuracy(const MonteCarloRequest& request) {
  const int samples = request.data.samples();
  const std::size_t classes = request.network.classes();
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(request.network, request.data.pixels, samples, request.threads);
  int correct = 0;
  for (int s = 0; s < samples; ++s)
    correct += workloads::predicted_class(std::span(logits).subspan(s * classes, classes)) == request.data.labels[s];
  return double(correct) / samples;
}

}  // namespace

MonteCarloResult run_monte_carlo(const MonteCarloRequest& request, Ranks& ranks) {
  std::optional<InstanceRunner> runner;
  ranks.together([&] {
    check(request);
    runner.emplace(request);
  });
  StopRule rule(request);
  int arrived = 0;
  UnitJob job;
  job.units = request.asked_instances();
  job.threads = request.threads;
  job.journal = request.journal;
  // A plan that is the same for every instance takes part; one that is drawn is known by the seed.
  const InputFingerprint inputs = InputFingerprint()
                                      .add(request.architecture)
                                      .add(request.network)
                                      .add(request.data)
                                      .add(runner->write_plan())
                                      .add(request.curvature);
  job.identity = job_identity("mc", request, request.network, inputs);
  job.compute = [&](int instance) { return text_of(runner->run(instance)); };
  int computed = 0;
  job.finished = [&](int instance, const std::string& text, bool found) {
    computed += !found;
    const bool enough = rule.add(instance, parse(request, instance, text).correct);
    if (request.progress) {
      const int total = static_cast<int>(rule.next_look());
      request.progress(std::min(++arrived, total), total);
    }
    return enough;
  };
  const Outcomes outcomes = ranks.run(job);

  // Every rank decides alike, from the same outcomes.
  StopRule decision(request);
  for (int instance = 0; instance < job.units; ++instance)
    if (outcomes[instance] && decision.add(instance, parse(request, instance, *outcomes[instance]).correct)) break;
  MonteCarloResult result = summarise(request, decision.correct());
  result.precise = decision.precise();
  result.computed = computed;
  double verified = 0, nwc = 0;
  for (std::size_t i = 0; i < result.correct.size(); ++i) {
    const InstanceOutcome outcome = parse(request, int(i), *outcomes[i]);
    nwc += outcome.nwc;
    verified += double(outcome.verified);
  }
  // Divided once, so that a mean of ones is one.
  if (request.verify || request.plan == "none" || request.plan == "all")
    result.nwc = nwc / double(result.correct.size());
  result.verified_share = verified / (double(result.correct.size()) * double(runner->cells()));
  if (ranks.leads()) result.reference_accuracy = reference_accuracy(request);
  return result;
}

MonteCarloResult summarise(const MonteCarloRequest& request, std::vector<int> correct) {
  MonteCarloResult result;
  result.samples = request.data.samples();
  result.correct = std::move(correct);
  const std::vector<double> sorted =
      sorted_accuracies(result.correct, std::ssize(result.correct), request.data.samples());
  result.accuracy = spread_of(sorted);
  result.median = estimate_quantile(sorted, 0.5);
  for (double share : request.reported_quantiles()) result.kpp.push_back({share, estimate_quantile(sorted, share)});
  for (double target : request.targets) {
    // 97.3 % of 1,000 are 973, whatever the last bit of the target says.
    const auto passed = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), target - 1e-12);
    result.yields.push_back({target, int(passed), wilson_interval(passed, std::ssize(sorted))});
  }
  return result;
}

}  // namespace nvcim::sim
