// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_select.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
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

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

struct SelectOptions : CommonOptions {
  std::string architecture = "swim_paper";
  std::string workload = "lenet_mnist_4b";
  std::string data;
  QuantiseOptions quantise;
  std::string method = "swim";
  std::string granularity = "weight";
  std::string order = "per_cycle";
  std::optional<double> budget;  ///< not given: 0.1, or everything with a target
  std::optional<double> until_drop, until_accuracy;
  double group = 0.05;
  int validation = 5000;
  CurvatureOptions curvature;
  bool force = false;

  bool until() const { return until_drop || until_accuracy; }
};

constexpr double kBudget = 0.1;

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
  gather_issues(issues, [&] { request.architecture = given_architecture(options.architecture, options.set); });
  std::string scores;
  parse_method(options.method, request.method, scores);
  if (gather_issues(issues, [&] {
        request.network = load_quantised(options.workload, options.data, options.quantise, options.thread_count());
      }))
    gather_issues(issues, [&] {
      if (request.method == mapping::SelectionMethod::file) {
        request.values = load_scores(scores, request.network);
        request.origin = scores;
      }
      if (request.method != mapping::SelectionMethod::swim) return;
      const std::string data_name =
          options.curvature.sensitivity_file.empty() ? data_name_of(options.data, request.network) : "";
      Curvature curvature =
          get_curvature(options.curvature, request.network, data_name, options.thread_count(), progress);
      request.values = std::move(curvature.values);
      request.origin = std::move(curvature.origin);
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  if (options.until()) {
    request.until = {options.until_accuracy, options.until_drop, options.group,
                     validation_set(data_name_of(options.data, request.network), options.validation),
                     options.thread_count()};
  }
  request.granularity = granularities().at(options.granularity);
  request.order = orders().at(options.order);
  request.budget = options.budget.value_or(request.until ? 1.0 : kBudget);
  request.seed = options.seed;
  return request;
}

std::string repeat_command(const SelectOptions& options, mapping::SelectionMethod method, const std::string& origin,
                           const fs::path& out) {
  const bool from_file = method == mapping::SelectionMethod::file;
  std::vector<std::string> words = {"nvcim",
                                    "select",
                                    "architecture.json",
                                    "--workload",
                                    lasting(options.workload, is_zoo_name(options.workload), out),
                                    "--method",
                                    from_file ? "file:" + lasting(origin, false, out) : options.method,
                                    "--granularity",
                                    options.granularity,
                                    "--order",
                                    options.order,
                                    "--budget",
                                    fmt::format("{}", options.budget.value_or(options.until() ? 1.0 : kBudget))};
  for (const auto& [name, value] :
       {std::pair{"--until-drop", options.until_drop}, {"--until-accuracy", options.until_accuracy}})
    if (value) words.insert(words.end(), {name, fmt::format("{}", *value)});
  if (options.until())
    words.insert(words.end(),
                 {"--group", fmt::format("{}", options.group), "--validation", fmt::format("{}", options.validation)});
  if (!options.data.empty())
    words.insert(words.end(), {"--data", lasting(options.data, is_data_name(options.data), out)});
  if (method == mapping::SelectionMethod::swim)
    for (std::string& word : curvature_words(options.curvature, out)) words.push_back(std::move(word));
  words.insert(words.end(), {"--seed", fmt::format("{}", options.seed)});
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  return shell_command(words);
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
  const std::string repeat = repeat_command(options, request.method, request.origin, out);
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  const std::string json = sim::select_json(request, outcome);
  write_and_print(
      options, out,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"result.json", json},
       {"result.csv", sim::select_csv(request, outcome)},
       {"report.html", sim::select_page(request, outcome, {kVersion, repeat, architecture})},
       {"plan.txt",
        mapping::write_plan_text(request.architecture, request.network, outcome.plan, outcome.write_plan, repeat)}},
      options.force, json,
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
  add_architecture_option(*command, options->architecture, *options);
  add_workload_option(*command, options->workload);
  command
      ->add_option("--data", options->data,
                   "Data set or folder behind the sensitivity; the network's own when not given")
      ->type_name("NAME|DIR");
  add_quantise_options(*command, options->quantise);
  command->add_option("--method", options->method, "swim, magnitude, random, layer_order, or file:PATH with scores")
      ->type_name("NAME")
      ->check(is_method())
      ->capture_default_str();
  command
      ->add_option("--budget", options->budget,
                   "Share of the write cycles of verifying everything [0.1; with --until-… 1]")
      ->type_name("SHARE")
      ->transform(is_share());
  CLI::Option* drop =
      command
          ->add_option("--until-drop", options->until_drop,
                       "Verify group after group on instance 0 until accuracy is at most so far below the network's, "
                       "e.g. 1%")
          ->type_name("SHARE")
          ->transform(is_share({.low = 0, .high = 1, .with_high = false}));
  command->add_option("--until-accuracy", options->until_accuracy, "…or until it is at least so much, e.g. 97.5%")
      ->type_name("SHARE")
      ->transform(is_share())
      ->excludes(drop);
  command->add_option("--group", options->group, "Share of the write cycles that a group takes")
      ->type_name("SHARE")
      ->transform(is_share({.low = 0, .high = 1, .with_low = false}))
      ->capture_default_str();
  command->add_option("--validation", options->validation, "Samples from the end of the training set to look at")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--granularity", options->granularity, "What is verified as a whole: weight, cell, row, crossbar")
      ->type_name("NAME")
      ->check(is_name_of(granularities()))
      ->capture_default_str();
  command->add_option("--order", options->order, "per_cycle or per_time")
      ->type_name("NAME")
      ->check(is_name_of(orders()))
      ->capture_default_str();
  add_curvature_options(*command, options->curvature);
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return select(*options, arguments); }; });
}

}  // namespace nvcim::cli
