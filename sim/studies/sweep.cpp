// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "arch/input_error.h"
#include "mapping/plan.h"
#include "sim/engine.h"
#include "sim/programming/program_energy.h"
#include "sim/studies/in_situ.h"
#include "sim/studies/options/job_identity.h"
#include "sim/studies/plan_outcome.h"
#include "sim/studies/selection_costs.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using mapping::Selection;
using mapping::SelectionMethod;

void check(const SweepRequest& request) {
  std::vector<InputIssue> issues = option_issues(request);
  const std::string methods = option_name(request, &request.methods);
  for (const SweepMethod& method : request.methods) {
    if (method.in_situ) {
      if (request.training.samples() < 1 || request.training.shape != request.network.input)
        issues.push_back({methods, "", "in_situ needs training samples of the network's shape"});
      continue;
    }
    if (method.method == SelectionMethod::swim && request.curvature.empty())
      issues.push_back({methods, "", "swim needs the curvature of the weights"});
    if (method.method == SelectionMethod::file && request.scores.empty())
      issues.push_back({methods, "", "file needs a file of scores"});
    if (method.order == mapping::SelectionOrder::per_time &&
        (method.method == SelectionMethod::random || method.method == SelectionMethod::layer_order))
      issues.push_back({methods, "", method.name() + " has no value to divide by a time"});
  }
  if (request.data.shape != request.network.input)
    issues.push_back({option_name(request, &request.from.data), "",
                      fmt::format("{} has another shape than the network's input", request.data.name)});
  if (request.data.samples() < 1) issues.push_back({option_name(request, &request.from.data), "", "no samples"});
  if (!issues.empty()) throw InputError(std::move(issues));
}

Selection select(const SweepRequest& request, const mapping::Plan& plan, const SweepMethod& method, int instance) {
  mapping::SelectionOptions options;
  options.method = method.method;
  options.granularity = method.granularity;
  options.order = method.order;
  if (method.method == SelectionMethod::swim) options.values = request.curvature;
  if (method.method == SelectionMethod::file) options.values = request.scores;
  options.seed = request.seed;
  options.instance = static_cast<std::uint32_t>(instance);
  set_costs(request.architecture, request.network, plan, options);
  return mapping::select_cells(request.architecture, request.network, plan, options);
}

/// Trains on the chip for as many steps as the budget holds: a step writes every cell once more.
PlanOutcome evaluate_in_situ(const SweepRequest& request, const mapping::Plan& plan, double budget, int instance) {
  const mapping::ChipDraws draws{request.seed, static_cast<std::uint32_t>(instance)};
  const mapping::WritePlan nothing = mapping::verify_none(plan);
  const ProgramJob job{request.architecture, request.network, plan, nothing, draws, {}, {}};
  const ProgramResult pass = run_programming(job);
  const auto cells = static_cast<double>(nothing.cells());
  const auto steps = static_cast<int>(std::lround(budget * double(attempts_of_everything(job)) / cells));
  InSituTraining chip(request.architecture, request.network, plan, request.training, draws, {});
  for (int step = 0; step < steps; ++step) chip.step();
  PlanOutcome outcome;
  outcome.attempts = static_cast<std::uint64_t>(steps) * static_cast<std::uint64_t>(nothing.cells());
  outcome.seconds = (1 + steps) * program_seconds(job, pass.cycles);
  outcome.joules = (1 + steps) * program_energy(job, pass.counts).total;
  outcome.correct = count_correct(run_functional({request.architecture, chip.network(), plan, chip.chip()},
                                                 request.data.pixels, request.data.samples(), {})
                                      .predicted,
                                  request.data.labels);
  return outcome;
}

/// What one evaluation left behind.
struct UnitOutcome {
  PlanOutcome of;
  std::uint64_t everything = 0;  ///< attempts of verifying every cell of this instance
};

/// The units of a sweep: every instance at the same points. Budgets that verify nothing or everything share a point.
class Evaluations {
 public:
  struct Point {
    int method = 0, budget = 0;
  };

  Evaluations(const SweepRequest& request, const mapping::Plan& plan) : request_(request), plan_(plan) {
    // All but random choose alike on every instance.
    for (const SweepMethod& method : request.methods)
      fixed_.push_back(method.in_situ || method.method == SelectionMethod::random
                           ? std::nullopt
                           : std::optional(select(request, plan, method, 0)));
    std::optional<int> nothing, everything;
    for (int m = 0; m < std::ssize(request.methods); ++m)
      for (int b = 0; b < std::ssize(request.budgets); ++b) {
        std::optional<int>* const end = is_nothing(m, b) ? &nothing : is_everything(m, b) ? &everything : nullptr;
        if (end && *end) {
          point_of_.push_back(**end);
          continue;
        }
        point_of_.push_back(int(points_.size()));
        if (end) *end = point_of_.back();
        points_.push_back({m, b});
      }
  }

  int units() const { return int(points_.size()) * request_.instances; }
  int unit_of(int method, int budget, int instance) const {
    return instance * int(points_.size()) + point_of_[std::size_t(method) * request_.budgets.size() + budget];
  }

  std::string run(int unit) const {
    const auto [method, budget] = points_[std::size_t(unit) % points_.size()];
    const int instance = unit / int(points_.size());
    const mapping::ChipDraws draws{request_.seed, static_cast<std::uint32_t>(instance)};
    PlanOutcome outcome;
    std::uint64_t everything = 0;
    if (request_.methods[method].in_situ && request_.budgets[budget] > 0) {
      outcome = evaluate_in_situ(request_, plan_, request_.budgets[budget], instance);
    } else {
      const mapping::WritePlan write_plan = plan_of(method, budget, instance);
      outcome = evaluate_plan(request_.architecture, request_.network, plan_, write_plan, draws, request_.data);
      if (outcome.verified == write_plan.cells()) everything = outcome.attempts;
    }
    if (everything == 0) {
      const mapping::WritePlan all = mapping::verify_all(plan_);
      everything = attempts_of_everything({request_.architecture, request_.network, plan_, all, draws, {}, {}});
    }
    return fmt::format("{} {} {} {} {} {} {}", outcome.correct, outcome.attempts, everything, outcome.seconds,
                       outcome.joules, outcome.verified, outcome.rows_touched);
  }

  UnitOutcome parse(int unit, const std::string& text) const {
    UnitOutcome outcome;
    std::istringstream in(text);
    PlanOutcome& of = outcome.of;
    in >> of.correct >> of.attempts >> outcome.everything >> of.seconds >> of.joules >> of.verified >> of.rows_touched;
    if (!in || in.peek() != std::istringstream::traits_type::eof() || of.correct < 0 ||
        of.correct > request_.data.samples())
      throw InputError(request_.journal.string(), fmt::format("unit {}", unit), "is not an outcome of a sweep");
    return outcome;
  }

 private:
  mapping::WritePlan plan_of(int method, int budget, int instance) const {
    if (request_.methods[method].in_situ) return mapping::verify_none(plan_);
    std::optional<Selection> drawn;
    if (!fixed_[method]) drawn = select(request_, plan_, request_.methods[method], instance);
    const Selection& selection = drawn ? *drawn : *fixed_[method];
    return selection.within(request_.budgets[budget]);
  }
  /// A random order is known only when it is drawn: there the budget itself must say so.
  bool is_nothing(int method, int budget) const {
    return fixed_[method] ? fixed_[method]->units_within(request_.budgets[budget]) == 0 : request_.budgets[budget] == 0;
  }
  bool is_everything(int method, int budget) const {
    if (request_.methods[method].in_situ) return false;
    return fixed_[method] ? fixed_[method]->units_within(request_.budgets[budget]) == fixed_[method]->units()
                          : request_.budgets[budget] == 1;
  }

  const SweepRequest& request_;
  const mapping::Plan& plan_;
  std::vector<std::optional<Selection>> fixed_;  ///< [methods]
  std::vector<Point> points_;
  std::vector<int> point_of_;  ///< [methods][budgets]
};

double reference_accuracy(const SweepRequest& request) {
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(request.network, request.data.pixels, request.data.samples(), request.threads);
  const std::size_t classes = request.network.classes();
  int correct = 0;
  for (int s = 0; s < request.data.samples(); ++s)
    correct += workloads::predicted_class(std::span(logits).subspan(s * classes, classes)) == request.data.labels[s];
  return double(correct) / request.data.samples();
}

}  // namespace

mapping::WritePlan sweep_plan(const SweepRequest& request, const mapping::Plan& plan, const SweepMethod& method,
                              double budget) {
  return select(request, plan, method, 0).within(budget);
}

SweepResult run_sweep(const SweepRequest& request, Ranks& ranks) {
  mapping::Plan plan;
  std::optional<Evaluations> evaluations;
  ranks.together([&] {
    check(request);
    plan = mapping::make_plan(request.architecture, request.network);
    evaluations.emplace(request, plan);
  });
  UnitJob job;
  job.units = evaluations->units();
  job.threads = request.threads;
  job.journal = request.journal;
  InputFingerprint inputs;
  inputs.add(request.architecture).add(request.network).add(request.data).add(request.curvature).add(request.scores);
  if (std::any_of(request.methods.begin(), request.methods.end(), [](const SweepMethod& m) { return m.in_situ; }))
    inputs.add(request.training);
  job.identity = job_identity("sweep", request, request.network, inputs);
  job.compute = [&](int unit) { return evaluations->run(unit); };
  int done = 0;
  job.finished = [&](int unit, const std::string& text, bool) {
    evaluations->parse(unit, text);
    if (request.progress) request.progress(++done, job.units);
    return false;
  };
  const Outcomes outcomes = ranks.run(job);

  SweepResult result;
  if (ranks.leads()) result.reference_accuracy = reference_accuracy(request);
  result.cells = mapping::verify_all(plan).cells();
  for (const mapping::Block& block : plan.blocks) result.rows += block.rows;
  for (int m = 0; m < std::ssize(request.methods); ++m)
    for (int b = 0; b < std::ssize(request.budgets); ++b) {
      SweepPoint& point = result.points.emplace_back();
      point.method = m;
      point.budget = request.budgets[b];
      for (int i = 0; i < request.instances; ++i) {
        const int unit = evaluations->unit_of(m, b, i);
        const UnitOutcome outcome = evaluations->parse(unit, *outcomes[unit]);
        if (outcome.everything > 0) point.nwc += double(outcome.of.attempts) / double(outcome.everything);
        point.seconds += outcome.of.seconds;
        point.joules += outcome.of.joules;
        point.verified_cells += double(outcome.of.verified);
        point.rows_touched += double(outcome.of.rows_touched);
        point.accuracy.push_back(double(outcome.of.correct) / request.data.samples());
      }
      // Divided once, so that a mean of ones is one.
      for (double* sum : {&point.nwc, &point.seconds, &point.joules, &point.verified_cells, &point.rows_touched})
        *sum /= request.instances;
    }
  return result;
}

}  // namespace nvcim::sim
