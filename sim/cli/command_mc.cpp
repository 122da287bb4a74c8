// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_mc.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interruption.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/cli/selection_inputs.h"
#include "sim/report/metrics.h"
#include "sim/studies/monte_carlo.h"
#include "sim/studies/monte_carlo_page.h"
#include "sim/studies/run.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

// Enough for the 0.1 % quantile of a wide distribution; days for LeNet, so a precision out of reach ends one day.
constexpr int kMostInstances = 100000;
constexpr int kInstances = 1000;

struct McOptions : CommonOptions {
  std::string architecture{kDefaultPreset};
  std::string workload = kDefaultWorkload;
  std::string data;
  QuantiseOptions quantise;
  int samples = 0;
  int instances = 0;  ///< 0: not given
  std::optional<double> precision;
  std::vector<double> quantiles, targets;  ///< shares
  double verify = -1;                      ///< below 0: not given
  std::string plan;                        ///< empty: not given
  std::string method;
  VerifyOptions how;
  bool force = false;
};

const std::vector<double> kQuantiles = {0.001, 0.01, 0.05, 0.1};

/// Architecture, network and data; the mistakes of all three are thrown together.
sim::MonteCarloRequest request_of(const McOptions& options) {
  sim::MonteCarloRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.architecture, options.set); });
  // Which data are meant may depend on the network.
  if (gather_issues(issues, [&] {
        request.network = load_quantised(options.workload, options.data, options.quantise, options.thread_count());
      }))
    gather_issues(issues, [&] {
      request.data = workloads::load_dataset(data_name_of(options.data, request.network), workloads::Split::test,
                                             options.samples, data_search_path());
      sim::check_data(request.network, request.data);
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  request.quantiles = options.quantiles.empty() ? kQuantiles : options.quantiles;
  if (options.precision) {
    sim::Precision& precision = request.precision.emplace();
    precision.half_width = *options.precision;
    if (options.quantiles.empty())
      precision.quantiles = {0.01};
    else
      precision.quantiles = request.quantiles;
  }
  request.instances = options.instances > 0 ? options.instances : request.precision ? kMostInstances : kInstances;
  request.targets = options.targets;
  if (options.verify >= 0)
    request.verify = {selection_methods().at(options.method.empty() ? "swim" : options.method),
                      granularities().at(options.how.granularity), options.verify};
  else
    request.plan = options.plan.empty() ? "none" : options.plan;
  request.seed = options.seed;
  return request;
}

/// The command that repeats the work from the result's folder.
std::string repeat_of(const McOptions& options, const sim::MonteCarloRequest& request, const fs::path& out) {
  const std::string data_name = data_name_of(options.data, request.network);
  std::vector<std::string> words = {"nvcim",
                                    "mc",
                                    "architecture.json",
                                    "--workload",
                                    lasting(options.workload, is_zoo_name(options.workload), out),
                                    "--data",
                                    lasting(data_name, is_data_name(data_name), out),
                                    "--samples",
                                    fmt::format("{}", request.data.samples()),
                                    "--instances",
                                    fmt::format("{}", request.instances)};
  const auto add = [&](std::string option, std::string value) {
    words.push_back(std::move(option));
    words.push_back(std::move(value));
  };
  if (request.precision) add("--precision", fmt::format("{}", *options.precision));
  if (!options.quantiles.empty()) add("--quantiles", fmt::format("{}", fmt::join(options.quantiles, ",")));
  if (!options.targets.empty()) add("--target", fmt::format("{}", fmt::join(options.targets, ",")));
  if (request.verify) {
    add("--verify", fmt::format("{}", request.verify->budget));
    add("--method", mapping::method_name(request.verify->method));
    for (const std::string& word : verify_words(options.how, out)) words.push_back(word);
  } else if (!options.plan.empty()) {
    add("--plan", lasting(options.plan, options.plan == "none" || options.plan == "all", out));
  }
  add("--seed", fmt::format("{}", options.seed));
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  return shell_command(words);
}

int mc(const McOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  if (options.verify < 0 && !options.method.empty())
    throw CommandLineError("--method chooses cells to verify: give their share of the write cycles with --verify");
  Manifest manifest(arguments, options);
  sim::MonteCarloRequest request;
  std::string data_name;
  fs::path out;
  ranks.together([&] {
    request = request_of(options);
    data_name = data_name_of(options.data, request.network);
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("mc-{}-{}", request.architecture.name, request.network.name);
    if (ranks.leads()) sim::check_result_folder(out, options.force);
  });
  request.threads = options.thread_count(ranks.on_this_machine());

  Progress progress(options.quiet || !ranks.leads());
  if (request.verify && request.verify->method == mapping::SelectionMethod::swim)
    request.curvature =
        get_curvature(options.how.curvature, request.network, data_name, request.threads, progress, ranks);
  // Beside the folder, which is written whole at the end; work that was killed goes on from it.
  request.journal = out;
  request.journal += ".journal";
  progress.begin("instances");
  Interruption interruption(request.journal, "instances", ranks.leads());
  request.progress = [&](int done, int total) {
    interruption.finished(done, total);
    progress.update(done, total);
  };
  const auto start = std::chrono::steady_clock::now();
  const sim::MonteCarloResult result = sim::run_monte_carlo(request, ranks);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  progress.clear();
  if (!ranks.leads()) return kOk;

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = repeat_of(options, request, out);
  const double rate = double(result.computed) * result.samples / elapsed.count();
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  manifest["instances_computed"] = result.computed;
  manifest["images_instances_per_second"] = rate;
  const std::string json = sim::monte_carlo_json(request, result);
  write_and_print(
      options, out,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"result.json", json},
       {"result.csv", sim::monte_carlo_csv(result)},
       {"instances.csv", sim::instances_csv(result)},
       {"report.html", sim::monte_carlo_page(request, result, {kVersion, repeat, architecture})}},
      options.force, json,
      sim::monte_carlo_table(request, result) +
          fmt::format("\nSpeed: {} images·instances/s ({} x {} threads)\n"
                      "Result: {} (report.html, result.json, result.csv, instances.csv)\n",
                      sim::format_metric(std::round(rate), "count"), ranks.count(), request.threads, out.string()));
  fs::remove(request.journal);
  return kOk;
}

}  // namespace

void add_mc_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks, Action& action) {
  const auto options = std::make_shared<McOptions>();
  CLI::App* command = add_command(
      program, *options, "mc", "Monte Carlo: distribution of accuracy over programmed chips, KPP and yield",
      "  nvcim mc rram_1t1r_128 --workload lenet_fashion_mnist_8b --instances 1000 --target 85%\n"
      "  nvcim mc swim_paper --workload lenet_mnist_4b --precision 0.2% --quantiles 1% --verify 10% --method swim\n"
      "  mpirun -n 8 nvcim mc …                   spread over processes and machines, same result\n\n"
      "Work that was stopped goes on where it was when the same command is given again (OUT.journal).");
  add_architecture_option(*command, options->architecture, *options);
  add_workload_option(*command, options->workload);
  add_data_option(*command, options->data);
  add_quantise_options(*command, options->quantise);
  add_test_samples_option(*command, options->samples);
  command
      ->add_option(
          "--instances", options->instances,
          fmt::format("Sampled chips ({}); with --precision the most of them ({})", kInstances, kMostInstances))
      ->type_name("N")
      ->check(at_least(1));
  command
      ->add_option("--precision", options->precision,
                   "Go on until the 95 % intervals of the --quantiles (1% when not given) are no wider than +- this")
      ->type_name("SHARE")
      ->transform(is_share({.low = 0, .high = 1, .with_low = false, .with_high = false}));
  command->add_option("--quantiles", options->quantiles, "k of each KPP (0.1%,1%,5%,10%)")
      ->type_name("SHARE,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->transform(is_share({.low = 0, .high = 1, .with_low = false, .with_high = false}));
  command->add_option("--target", options->targets, "Accuracies whose yield is reported")
      ->type_name("SHARE,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->transform(is_share({.low = 0, .high = 1, .with_low = false}));
  command
      ->add_option("--verify", options->verify,
                   "Share of the write cycles of verifying everything; nothing is verified when not given")
      ->type_name("SHARE")
      ->transform(is_share());
  command
      ->add_option("--method", options->method, "Which cells are verified: swim, magnitude, random, layer_order (swim)")
      ->type_name("NAME")
      ->check(is_name_of(selection_methods()));
  add_verify_options(*command, options->how);
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return mc(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
