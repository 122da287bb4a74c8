// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "arch/load.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interruption.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/cli/selection_inputs.h"
#include "sim/studies/run.h"
#include "sim/studies/sweep.h"
#include "sim/studies/sweep_page.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

constexpr double kWithin = 0.005;

struct SweepOptions : CommonOptions {
  std::string architecture = "swim_paper";
  std::string workload = "lenet_mnist_4b";
  std::string data;
  QuantiseOptions quantise;
  int samples = 0;
  std::vector<double> budgets = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::vector<std::string> methods = {"swim", "magnitude", "random"};
  std::string granularity = "weight", order = "per_cycle";
  CurvatureOptions curvature;
  int instances = 10;
  double within = kWithin;
  bool force = false;
};

/// Files keep their meaning from the result's folder.
std::string repeat_command(const SweepOptions& options, const sim::SweepRequest& request, const std::string& data_name,
                           const fs::path& out) {
  std::vector<std::string> methods = options.methods;
  for (std::string& method : methods)
    if (method.starts_with("file:")) method = "file:" + lasting(method.substr(5), false, out);
  std::vector<std::string> words = {"nvcim",
                                    "sweep",
                                    "architecture.json",
                                    "--workload",
                                    lasting(options.workload, is_zoo_name(options.workload), out),
                                    "--data",
                                    lasting(data_name, is_data_name(data_name), out),
                                    "--samples",
                                    fmt::format("{}", request.data.samples()),
                                    "--budgets",
                                    fmt::format("{}", fmt::join(options.budgets, ",")),
                                    "--methods",
                                    fmt::format("{}", fmt::join(methods, ",")),
                                    "--granularity",
                                    options.granularity,
                                    "--order",
                                    options.order};
  for (const std::string& word : curvature_words(options.curvature, out)) words.push_back(word);
  words.insert(words.end(),
               {"--instances", fmt::format("{}", options.instances), "--seed", fmt::format("{}", options.seed)});
  if (options.within != kWithin) words.insert(words.end(), {"--within", fmt::format("{}", options.within)});
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  return shell_command(words);
}

int sweep(const SweepOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  Manifest manifest(arguments, options);
  sim::SweepRequest request;
  fs::path out;
  std::string data_name;
  ranks.together([&] {
    std::vector<InputIssue> issues;
    gather_issues(issues, [&] { request.architecture = given_architecture(options.architecture, options.set); });
    gather_issues(issues, [&] {
      request.network = load_quantised(options.workload, options.data, options.quantise, options.thread_count());
    });
    if (!issues.empty()) throw InputError(std::move(issues));
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("sweep-{}-{}", request.architecture.name, request.network.name);
    if (ranks.leads()) sim::check_result_folder(out, options.force);
    data_name = data_name_of(options.data, request.network);
    request.data = workloads::load_dataset(data_name, workloads::Split::test, options.samples, data_search_path());
    sim::check_data(request.network, request.data);
  });
  request.budgets = options.budgets;
  request.within = options.within;
  const sim::SweepMethod defaults{mapping::SelectionMethod::swim, granularities().at(options.granularity),
                                  orders().at(options.order)};
  ranks.together([&] {
    std::vector<InputIssue> issues;
    std::string file;
    for (const std::string& name : options.methods)
      if (!parse_sweep_method(name, defaults, request.methods.emplace_back(), file))
        issues.push_back({"--methods", "",
                          fmt::format("{} is not a method; allowed: swim, magnitude, random, layer_order, each with "
                                      "/weight, /cell, /row, /crossbar, /per_cycle, /per_time behind it, file:PATH, "
                                      "in_situ",
                                      name)});
    if (!file.empty()) gather_issues(issues, [&] { request.scores = load_scores(file, request.network); });
    if (!issues.empty()) throw InputError(std::move(issues));
    if (std::any_of(request.methods.begin(), request.methods.end(), [](const auto& m) { return m.in_situ; }))
      request.training = workloads::load_dataset(data_name, workloads::Split::train, 0, data_search_path());
  });
  request.instances = options.instances;
  request.seed = options.seed;
  request.threads = options.thread_count(ranks.on_this_machine());

  Progress progress(options.quiet || !ranks.leads());
  const bool needs_curvature =
      std::any_of(request.methods.begin(), request.methods.end(), [](const sim::SweepMethod& method) {
        return !method.in_situ && method.method == mapping::SelectionMethod::swim;
      });
  if (needs_curvature)
    request.curvature = get_curvature(options.curvature, request.network, data_name, request.threads, progress, ranks);
  // Beside the folder, which is written whole at the end; a sweep that was killed goes on from it.
  request.journal = out;
  request.journal += ".journal";
  progress.begin("sweep");
  Interruption interruption(request.journal, "units", ranks.leads());
  request.progress = [&](int done, int total) {
    interruption.finished(done, total);
    progress.update(done, total);
  };
  const sim::SweepResult result = sim::run_sweep(request, ranks);
  progress.clear();
  if (!ranks.leads()) return kOk;

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = repeat_command(options, request, data_name, out);
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  const std::string json = sim::sweep_json(request, result);
  write_and_print(options, out,
                  {{"manifest.json", manifest.text()},
                   {"architecture.json", architecture},
                   {"result.json", json},
                   {"result.csv", sim::sweep_csv(request, result)},
                   {"report.html", sim::sweep_page(request, result, {kVersion, repeat, architecture})}},
                  options.force, json,
                  sim::sweep_table(request, result) +
                      fmt::format("\nResult: {} (report.html, result.json, result.csv)\n", out.string()));
  fs::remove(request.journal);
  return kOk;
}

}  // namespace

void add_sweep_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks,
                       Action& action) {
  const auto options = std::make_shared<SweepOptions>();
  CLI::App* command =
      add_command(program, *options, "sweep", "Accuracy over write budget: which cells are worth verifying",
                  "  nvcim sweep swim_paper --workload lenet_mnist_4b --budgets 0,0.1,0.3,1 --instances 100\n"
                  "  nvcim sweep swim_paper --set /device/sigma=0.2 --methods swim,random --granularity row\n\n"
                  "A sweep that was stopped goes on where it was when the same command is given again (OUT.journal).");
  add_architecture_option(*command, options->architecture, *options);
  add_workload_option(*command, options->workload);
  add_data_option(*command, options->data);
  add_quantise_options(*command, options->quantise);
  add_test_samples_option(*command, options->samples);
  command->add_option("--budgets", options->budgets, "Shares of the write cycles of verifying everything")
      ->type_name("SHARE,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->transform(is_share());
  command
      ->add_option("--methods", options->methods,
                   "swim, magnitude, random, layer_order, file:PATH with scores, in_situ (training on the chip); a "
                   "granularity and an order may follow: swim/row, swim/weight/per_time")
      ->type_name("NAME,…")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--granularity", options->granularity, "What is verified as a whole, where a method does not say")
      ->type_name("NAME")
      ->check(is_name_of(granularities()))
      ->capture_default_str();
  command
      ->add_option("--order", options->order,
                   "per_cycle: gain per write cycle; per_time: per time that it adds to its row")
      ->type_name("NAME")
      ->check(is_name_of(orders()))
      ->capture_default_str();
  add_curvature_options(*command, options->curvature);
  command->add_option("--instances", options->instances, "Sampled chips")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command
      ->add_option("--within", options->within,
                   "What counts as equal to verifying everything in the closing table: accuracy may lie so far below "
                   "(0.5%)")
      ->type_name("SHARE")
      ->transform(is_share());
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return sweep(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
