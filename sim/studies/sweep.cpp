// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "sim/engine.h"
#include "sim/parallel/for_each_item.h"
#include "sim/studies/sweep_journal.h"
#include "workloads/network_identity.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using mapping::Selection;
using mapping::SelectionMethod;

/// Everything that decides an evaluation's outcome, but the number of instances: a sweep may be continued with more.
std::string identity_of(const SweepRequest& request) {
  std::uint64_t hash = kFingerprintStart;
  const auto add_text = [&](const std::string& text) { hash = fingerprint(text.data(), text.size(), hash); };
  const auto add_all = [&](const auto& values) {
    hash = fingerprint(values.data(), values.size() * sizeof(values[0]), hash);
  };
  add_text(to_json(request.architecture).dump());
  add_text(fmt::format("{:016x}", workloads::network_fingerprint(request.network)));
  add_all(request.data.pixels);
  add_all(request.data.labels);
  add_all(request.budgets);
  for (const SweepMethod& method : request.methods) {
    add_text(method.name());
    if (method.order == mapping::SelectionOrder::per_time)
      for (int cells = 0; cells <= request.architecture.crossbar.columns; ++cells)
        add_text(fmt::format("{} ", request.row_time(cells)));
  }
  for (const auto* values : {&request.curvature, &request.scores})
    for (const auto& of_node : *values) add_all(of_node);
  return fmt::format("{} on {}, seed {}, {} samples of {}, {:016x}", request.network.name, request.architecture.name,
                     request.seed, request.data.samples(), request.data.name, hash);
}

void check(const SweepRequest& request) {
  std::vector<InputIssue> issues;
  for (double budget : request.budgets)
    if (!(budget >= 0 && budget <= 1)) issues.push_back({"--budgets", "", fmt::format("{} is outside 0..1", budget)});
  if (request.budgets.empty()) issues.push_back({"--budgets", "", "none given"});
  if (request.methods.empty()) issues.push_back({"--methods", "", "none given"});
  if (request.instances < 1) issues.push_back({"--instances", "", fmt::format("{} is below 1", request.instances)});
  for (const SweepMethod& method : request.methods) {
    if (method.method == SelectionMethod::swim && request.curvature.empty())
      issues.push_back({"--methods", "", "swim needs the curvature of the weights"});
    if (method.method == SelectionMethod::file && request.scores.empty())
      issues.push_back({"--methods", "", "file needs a file of scores"});
    if (method.order == mapping::SelectionOrder::per_time &&
        (method.method == SelectionMethod::random || method.method == SelectionMethod::layer_order))
      issues.push_back({"--methods", "", method.name() + " has no value to divide by a time"});
  }
  if (request.data.shape != request.network.input)
    issues.push_back({"--data", "", fmt::format("{} has another shape than the network's input", request.data.name)});
  if (request.data.samples() < 1) issues.push_back({"--data", "", "no samples"});
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
  options.row_time = request.row_time;
  return mapping::select_cells(request.architecture, request.network, plan, options);
}

int count_correct(const std::vector<int>& predicted, const std::vector<std::uint8_t>& labels) {
  int correct = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) correct += predicted[i] == labels[i];
  return correct;
}

int evaluate(const SweepRequest& request, const mapping::Plan& plan, const mapping::WritePlan& write_plan,
             int instance) {
  const mapping::ChipInstance chip = mapping::program(request.architecture, request.network, plan, write_plan,
                                                      request.seed, static_cast<std::uint32_t>(instance));
  const ChipRun run{request.architecture, request.network, plan, chip};
  return count_correct(run_functional(run, request.data.pixels, request.data.samples(), {}).predicted,
                       request.data.labels);
}

std::int64_t touched_rows(const mapping::Plan& plan, const mapping::WritePlan& write_plan) {
  std::int64_t rows = 0;
  for (const auto& of_block : mapping::count_by_row(plan, write_plan))
    rows += std::count_if(of_block.begin(), of_block.end(), [](int cells) { return cells > 0; });
  return rows;
}

}  // namespace

std::string SweepMethod::name() const {
  std::string text = mapping::method_name(method);
  if (granularity != mapping::Granularity::weight) text += std::string("/") + mapping::granularity_name(granularity);
  if (order != mapping::SelectionOrder::per_cycle) text += std::string("/") + mapping::order_name(order);
  return text;
}

SweepResult run_sweep(const SweepRequest& request) {
  check(request);
  const mapping::Plan plan = mapping::make_plan(request.architecture, request.network);
  SweepJournal journal(request.journal, identity_of(request));
  const int methods = static_cast<int>(request.methods.size()), budgets = static_cast<int>(request.budgets.size());

  SweepResult result;
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(request.network, request.data.pixels, request.data.samples(), request.threads);
  const std::size_t classes = request.network.classes();
  int correct = 0;
  for (int s = 0; s < request.data.samples(); ++s)
    correct += workloads::predicted_class(std::span(logits).subspan(s * classes, classes)) == request.data.labels[s];
  result.reference_accuracy = double(correct) / request.data.samples();
  result.cells = mapping::verify_all(plan).cells();
  for (const mapping::Block& block : plan.blocks) result.rows += block.rows;

  // All but random choose alike on every instance.
  std::vector<std::optional<Selection>> fixed(methods);
  for (int m = 0; m < methods; ++m)
    if (request.methods[m].method != SelectionMethod::random) fixed[m] = select(request, plan, request.methods[m], 0);

  struct Outcome {
    double nwc = 0;
    std::int64_t verified = 0, rows = 0;
    int correct = 0;
  };
  std::vector<Outcome> outcomes(std::size_t(methods) * budgets * request.instances);
  std::mutex mutex;
  int done = 0;
  // One item is one instance of one method at all budgets, so that a random order is drawn once. Method 0 comes first
  // and also stands for the ends of the others.
  const auto run_item = [&](int method, int instance) {
    std::optional<Selection> drawn;
    if (!fixed[method]) drawn = select(request, plan, request.methods[method], instance);
    const Selection& selection = fixed[method] ? *fixed[method] : *drawn;
    for (int b = 0; b < budgets; ++b) {
      const std::uint32_t units = selection.units_within(request.budgets[b]);
      const mapping::WritePlan write_plan = selection.first(units);
      Outcome& outcome = outcomes[(std::size_t(method) * budgets + b) * request.instances + instance];
      outcome.nwc = selection.nwc(units);
      outcome.verified = write_plan.verified_cells();
      outcome.rows = touched_rows(plan, write_plan);
      const bool is_end = units == 0 || units == selection.units();
      // The ends do not depend on the method: they are kept under -1 (nothing) and -2 (everything).
      const SweepJournal::Key key{is_end ? (units == 0 ? -1 : -2) : method, is_end ? 0 : b, instance};
      outcome.correct = journal.find(key);
      if (outcome.correct < 0) {
        outcome.correct = evaluate(request, plan, write_plan, instance);
        journal.add(key, outcome.correct);
      }
      const std::lock_guard lock(mutex);
      if (request.progress) request.progress(++done, methods * budgets * request.instances);
    }
  };
  for_each_item(request.instances, request.threads, [&](int, int instance) {
    for (int method = 0; method < methods; ++method) run_item(method, instance);
  });

  for (int m = 0; m < methods; ++m)
    for (int b = 0; b < budgets; ++b) {
      SweepPoint& point = result.points.emplace_back();
      point.method = m;
      point.budget = request.budgets[b];
      for (int i = 0; i < request.instances; ++i) {
        const Outcome& outcome = outcomes[(std::size_t(m) * budgets + b) * request.instances + i];
        point.nwc += outcome.nwc;
        point.verified_cells += double(outcome.verified);
        point.rows_touched += double(outcome.rows);
        point.accuracy.push_back(double(outcome.correct) / request.data.samples());
      }
      // Divided once, so that a mean of ones is one.
      for (double* sum : {&point.nwc, &point.verified_cells, &point.rows_touched}) *sum /= request.instances;
    }
  return result;
}

}  // namespace nvcim::sim
