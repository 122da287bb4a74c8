// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_select.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/write_plan_file.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/cli/selection_inputs.h"
#include "sim/report/result_folder.h"
#include "sim/studies/select.h"
#include "sim/studies/select/request.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::SelectOptions;

/// The last samples of the training set: not those that a study reports on.
workloads::Dataset validation_set(const std::string& data_name, int samples) {
  workloads::Dataset data = workloads::load_dataset(data_name, workloads::Split::train, 0, data_search_path());
  const int dropped = std::max(0, data.samples() - samples);
  data.labels.erase(data.labels.begin(), data.labels.begin() + dropped);
  data.pixels.erase(data.pixels.begin(),
                    data.pixels.begin() + static_cast<std::ptrdiff_t>(dropped) * data.shape.size());
  return data;
}

/// Architecture, network and values; the mistakes of all are thrown together.
sim::SelectRequest load_inputs(const SelectOptions& options, Progress& progress) {
  sim::SelectRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.from, options); });
  std::string scores;
  sim::parse_method(options.method, request.method, scores);
  if (gather_issues(issues, [&] {
        request.network =
            load_quantised(options.from.workload, options.from.data, options.from.quantise, thread_count(options));
      }))
    gather_issues(issues, [&] {
      if (request.method == mapping::SelectionMethod::file) {
        request.values = load_scores(scores, request.network);
        request.origin = scores;
      }
      if (request.method != mapping::SelectionMethod::swim) return;
      const std::string data_name =
          options.curvature.sensitivity_file.empty() ? data_name_of(options.from.data, request.network) : "";
      Curvature curvature =
          get_curvature(options.curvature, request.network, data_name, thread_count(options), progress);
      request.values = std::move(curvature.values);
      request.origin = std::move(curvature.origin);
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  if (options.until()) {
    request.until = {options.until_accuracy, options.until_drop, options.group,
                     validation_set(data_name_of(options.from.data, request.network), options.validation),
                     thread_count(options)};
  }
  request.granularity = options.granularity;
  request.order = options.order;
  request.budget = options.asked_budget();
  request.seed = options.seed;
  return request;
}

int select(const SelectOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  Progress progress(options.quiet);
  const sim::SelectRequest request = load_inputs(options, progress);
  const fs::path out =
      options.out.empty() ? default_folder("select", request.architecture.name, request.network.name) : options.out;
  sim::check_result_folder(out, options.force);
  progress.begin("selection");
  const sim::SelectOutcome outcome = sim::run_select(request);
  progress.clear();

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  SelectOptions resolved = options;
  use_resolved_architecture(resolved, resolved.from.architecture, resolved.from.duplicate, out);
  resolved.budget = options.asked_budget();
  const std::string repeat = manifest.note("select", resolved, out);
  manifest["architecture"] = request.architecture.name;
  write_and_print(
      options, out, sim::result_of(request, outcome), repeat,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"report.html", sim::select_page(request, outcome, {kVersion, repeat, architecture})},
       {"plan.txt",
        mapping::write_plan_text(request.architecture, request.network, outcome.plan, outcome.write_plan, repeat)}},
      options.force,
      sim::select_table(request, outcome) +
          fmt::format("\nResult: {} (plan.txt for nvcim program --plan, report.html, result.json, result.csv)\n",
                      out.string()));
  return kOk;
}

}  // namespace

void add_select_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<SelectOptions>();
  CLI::App* command = add_command(
      program, *options, "select", "Which cells of a chip are worth verifying: a write plan",
      "  nvcim select swim_paper --workload lenet_mnist_4b --budget 0.1 --out chosen\n"
      "  nvcim program swim_paper --workload lenet_mnist_4b --plan chosen/plan.txt\n"
      "  nvcim select --granularity row --order per_time --sensitivity-file sens/sensitivity.txt\n"
      "  nvcim select --until-drop 1%                as few groups of cells as lose at most a point\n"
      "  nvcim select --method file:scores.txt       one line of numbers per output, layer by layer\n\n"
      "per_time ranks by what a cell's verification removes per time that it adds to its row, per_cycle by its\n"
      "expected write cycles (one for all cells unless the device's spread depends on the level).\n"
      "Without --out the result goes to results/select-ARCH-WORKLOAD.");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return select(*options, arguments); }; });
}

}  // namespace nvcim::cli
