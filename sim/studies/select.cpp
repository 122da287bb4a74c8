// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/select.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/input_error.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/studies/options/option_list.h"
#include "sim/studies/select/request.h"
#include "sim/studies/selection_costs.h"
#include "sim/studies/verified_map.h"

namespace nvcim::sim {
namespace {

using mapping::SelectionMethod;
using mapping::SelectionOrder;

void check(const SelectRequest& request) {
  std::vector<InputIssue> issues;
  const SelectOptions asked;
  const auto name = [&](const auto& member) { return option_name(asked, &member); };
  if (!(request.budget >= 0 && request.budget <= 1))
    issues.push_back(
        {name(asked.budget), "", fmt::format("{} is not a share{}", request.budget, range_text(kAnyShare))});
  const bool has_values = request.method == SelectionMethod::swim || request.method == SelectionMethod::file;
  if (has_values && request.values.empty())
    issues.push_back({name(asked.method), "", fmt::format("{} needs values", mapping::method_name(request.method))});
  if (request.order == SelectionOrder::per_time && !mapping::has_value(request.method))
    issues.push_back({name(asked.order), "",
                      fmt::format("{} has no value to divide by a time", mapping::method_name(request.method))});
  if (!issues.empty()) throw InputError(std::move(issues));
}

std::string lead_of(const SelectRequest& request, const SelectOutcome& outcome) {
  std::string text =
      fmt::format("{}, by {}, {}: {} of {} units within a budget of {:g} % of the write cycles of verifying everything",
                  mapping::method_name(request.method), choice_text(request.granularity), choice_text(request.order),
                  outcome.units, outcome.all_units, 100 * request.budget);
  if (outcome.loop)
    text += fmt::format("; the target of {:.2f} % on {} validation samples is {} with {:.1f} % of the write cycles",
                        100 * outcome.loop->target, request.until->validation.samples(),
                        outcome.loop->met ? "met" : "not met", 100 * outcome.nwc);
  if (outcome.all_loss > 0)
    text += fmt::format("; they carry {:.1f} % of the expected loss that verifying can save",
                        100 * outcome.loss_removed / outcome.all_loss);
  if (!request.origin.empty()) text += fmt::format(" ({})", request.origin);
  return text;
}

/// Step by step; empty without a loop.
std::string loop_table(const SelectOutcome& outcome) {
  if (!outcome.loop) return "";
  std::vector<std::vector<std::string>> rows = {{"expected NWC", "accuracy %"}};
  for (const VerifyStep& step : outcome.loop->steps)
    rows.push_back({fmt::format("{:.3f}", step.nwc), fmt::format("{:.2f}", 100 * step.accuracy)});
  return "\nGroup after group, on the validation samples\n" + aligned_table(rows, {true, true});
}

}  // namespace

SelectOutcome run_select(const SelectRequest& request) {
  check(request);
  SelectOutcome outcome;
  outcome.plan = mapping::make_plan(request.architecture, request.network);
  mapping::SelectionOptions options;
  options.method = request.method;
  options.granularity = request.granularity;
  options.order = request.order;
  options.values = request.values;
  options.seed = request.seed;
  set_costs(request.architecture, request.network, outcome.plan, options);
  const mapping::Selection selection =
      mapping::select_cells(request.architecture, request.network, outcome.plan, options);
  if (request.until) {
    outcome.loop = verify_until({.architecture = request.architecture,
                                 .network = request.network,
                                 .plan = outcome.plan,
                                 .selection = selection,
                                 .validation = request.until->validation,
                                 .group = request.until->group,
                                 .accuracy = request.until->accuracy,
                                 .drop = request.until->drop,
                                 .budget = request.budget,
                                 .seed = request.seed,
                                 .threads = request.until->threads});
    outcome.units = outcome.loop->steps.back().units;
  } else {
    outcome.units = selection.units_within(request.budget);
  }
  outcome.all_units = selection.units();
  outcome.nwc = selection.nwc(outcome.units);
  outcome.loss_removed = selection.loss_removed[outcome.units];
  outcome.all_loss = selection.loss_removed.back();
  outcome.write_plan = selection.first(outcome.units);
  return outcome;
}

Result result_of(const SelectRequest& request, const SelectOutcome& outcome) {
  Result result{{.study = "select",
                 .seed = request.seed,
                 .architecture = request.architecture.name,
                 .workload = request.network.name}};
  result.add("nwc.budget", request.budget);
  result.add("nwc.expected", outcome.nwc);
  result.add("selection.units", outcome.units);
  result.add("selection.units.available", outcome.all_units);
  if (outcome.all_loss > 0) result.add("selection.loss_share", outcome.loss_removed / outcome.all_loss);
  result.tell("method", mapping::method_name(request.method), "what cells are ranked by");
  result.tell("granularity", choice_text(request.granularity), "what is verified as a whole");
  result.tell("order", choice_text(request.order), "gain per write cycle, or per time");
  if (!request.origin.empty()) result.tell("values", request.origin, "where the values of the weights come from");
  ResultTable layers{"layers",
                     {{"layer", "text", "name of a layer on crossbars"},
                      {"cells", "count", "cells that hold a weight or an offset"},
                      {"verified", "count", "cells chosen"},
                      {"rows", "count", "rows of crossbars with such cells"},
                      {"rows_touched", "count", "rows with at least one cell chosen"}}};
  for (const VerifiedLayer& layer : verified_by_layer(request.network, outcome.plan, outcome.write_plan))
    layers.rows.push_back({layer.name, layer.cells, layer.verified, layer.rows, layer.rows_touched});
  result.tables.push_back(std::move(layers));
  if (!outcome.loop) return result;
  result.add("accuracy.target", outcome.loop->target);
  result.tell("accuracy.target.met", outcome.loop->met ? "yes" : "no", "whether the target holds");
  ResultTable steps{"steps",
                    {{"nwc", "fraction", "write cycles so far, of those of verifying every cell; expected"},
                     {"accuracy", "fraction", "of the validation samples, on instance 0"}}};
  for (const VerifyStep& step : outcome.loop->steps) steps.rows.push_back({step.nwc, step.accuracy});
  result.tables.push_back(std::move(steps));
  return result;
}

std::string select_table(const SelectRequest& request, const SelectOutcome& outcome) {
  const auto rows = verified_rows(verified_by_layer(request.network, outcome.plan, outcome.write_plan));
  std::vector<bool> right(rows.front().size(), true);
  right[0] = false;
  return fmt::format("{} on {}: {}\n\n", request.network.name, request.architecture.name, lead_of(request, outcome)) +
         aligned_table(rows, right) + loop_table(outcome);
}

std::string select_page(const SelectRequest& request, const SelectOutcome& outcome, const PageTexts& texts) {
  StudyPage page{"cells to verify", request.network.name, request.architecture.name, lead_of(request, outcome), {}};
  const std::vector<VerifiedLayer> layers = verified_by_layer(request.network, outcome.plan, outcome.write_plan);
  BarChart shares{"share that is verified", "%", {}, {{"cells", {}}, {"rows with a verified cell", {}}}};
  for (const VerifiedLayer& layer : layers) {
    shares.labels.push_back(layer.name);
    shares.series[0].values.push_back(double(layer.verified) / double(std::max<std::int64_t>(1, layer.cells)));
    shares.series[1].values.push_back(double(layer.rows_touched) / double(std::max<std::int64_t>(1, layer.rows)));
  }
  page.sections = {{"Verified cells by layer",
                    "A row is verified as long as its slowest cell takes, so touched rows are what costs time.",
                    {shares, PageTable{verified_rows(layers)}}},
                   {"Verified cells by row",
                    "Share of the cells of each row that is verified.",
                    {verified_map(request.network, outcome.plan, outcome.write_plan)}}};
  return study_page(page, texts);
}

}  // namespace nvcim::sim
