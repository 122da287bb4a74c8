// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "device/device_model.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/report/html_report.h"
#include "sim/report/result_files.h"
#include "sim/report/result_folder.h"
#include "sim/report/terminal.h"
#include "sim/studies/run.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

constexpr int kDefaultCycleSamples = 4;

struct RunOptions : CommonOptions {
  std::string architecture{kDefaultPreset};
  std::string workload = kDefaultWorkload;
  std::string data;
  std::optional<int> samples;  ///< not given: all
  std::optional<int> cycle_samples;
  std::string engine = "both";
  std::uint32_t instance = 0;
  bool force = false;

  bool functional() const { return engine != "systemc"; }
  bool systemc() const { return engine != "functional"; }
  int wanted_cycle_samples() const {
    if (cycle_samples) return *cycle_samples;
    return engine == "systemc" && samples ? *samples : kDefaultCycleSamples;
  }
};

/// Faults that need two options at once.
void check_options(const RunOptions& options) {
  if (options.cycle_samples && !options.systemc())
    throw CommandLineError("--cycle-samples has no effect with --engine functional");
  if (options.cycle_samples && options.samples && *options.cycle_samples > *options.samples)
    throw CommandLineError(
        fmt::format("--cycle-samples {} is more than --samples {}", *options.cycle_samples, *options.samples));
}

workloads::Dataset load_samples(const RunOptions& options, const workloads::Network& network) {
  const std::string name = options.data.empty() ? network.data : options.data;
  if (name.empty())
    throw InputError("--data", "", fmt::format("{} does not name its data; give a data set or a folder", network.name));
  const std::optional<int> limit = options.functional() ? options.samples : options.wanted_cycle_samples();
  workloads::Dataset data =
      workloads::load_dataset(name, workloads::Split::test, limit.value_or(0), data_search_path());
  const int wanted = std::max(limit.value_or(0), options.cycle_samples.value_or(0));
  if (data.samples() < wanted)
    throw InputError("--samples", "", fmt::format("{} asked for, {} has {}", wanted, name, data.samples()));
  return data;
}

/// Architecture, network and data; the mistakes of all three are thrown together.
sim::RunRequest load_inputs(const RunOptions& options) {
  sim::RunRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] {
    request.architecture = load_architecture(options.architecture, options.set, device::check_device);
    request.architecture.name = architecture_name(request.architecture, options.architecture);
  });
  // Which data are meant may depend on the network.
  if (gather_issues(issues, [&] { request.network = load_named_network(options.workload); }))
    gather_issues(issues, [&] {
      request.data = load_samples(options, request.network);
      sim::check_data(request.network, request.data);
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  return request;
}

/// The command that gives this result again, from its own folder. Thread count and place do not matter to the result.
std::string repeat_command(const RunOptions& options, const sim::RunRequest& request) {
  const std::string data = options.data.empty() ? request.network.data : options.data;
  std::vector<std::string> words = {"nvcim",
                                    "run",
                                    "architecture.json",
                                    "--workload",
                                    lasting(options.workload, is_zoo_name(options.workload)),
                                    "--data",
                                    lasting(data, is_data_name(data)),
                                    "--engine",
                                    options.engine};
  if (options.functional()) words.insert(words.end(), {"--samples", fmt::format("{}", request.data.samples())});
  if (options.systemc())
    words.insert(words.end(),
                 {"--cycle-samples", fmt::format("{}", std::min(request.cycle_samples, request.data.samples()))});
  words.insert(words.end(),
               {"--seed", fmt::format("{}", options.seed), "--instance", fmt::format("{}", options.instance)});
  return shell_command(words);
}

int run(const RunOptions& options, const std::vector<std::string>& arguments) {
  check_options(options);
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);

  sim::RunRequest request = load_inputs(options);
  request.functional = options.functional();
  request.systemc = options.systemc();
  request.cycle_samples = options.wanted_cycle_samples();
  request.seed = options.seed;
  request.instance = options.instance;
  request.threads = options.thread_count();
  const fs::path out =
      options.out.empty() ? default_folder("run", request.architecture.name, request.network.name) : options.out;
  sim::check_result_folder(out, options.force);

  Progress progress(options.quiet);
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::RunOutcome outcome = sim::run_network(request);
  progress.clear();
  const sim::RunReport report = sim::report_run(request, outcome);

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = repeat_command(options, request);
  const std::string result = sim::result_json(report);
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  sim::write_result_folder(out,
                           {{"manifest.json", manifest.text()},
                            {"architecture.json", architecture},
                            {"result.json", result},
                            {"result.csv", sim::result_csv(report)},
                            {"report.html", sim::html_report(report, {kVersion, repeat, architecture})}},
                           options.force);
  if (options.json)
    print_out(result);
  else if (!options.quiet)
    print_out(sim::terminal_report(report) +
              fmt::format("Result: {} (report.html, result.json, result.csv, architecture.json, manifest.json)\n",
                          out.string()));
  return kOk;
}

}  // namespace

void add_run_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = add_command(
      program, *options, "run", "Run a network on a chip: accuracy, latency, energy, area",
      "  nvcim run rram_1t1r_128 --workload lenet_fashion_mnist_8b --out out\n"
      "  nvcim run my_chip.json --set /device/model=gaussian --set /device/sigma=0.05 --instance 3\n"
      "  nvcim run tiny_2x2 --workload my_model.onnx --data my_folder --samples 100\n"
      "  nvcim run out/architecture.json                      a former result's chip again\n\n"
      "--out is created, or must be empty; a former result is replaced with --force. Without --out the result goes to\n"
      "results/run-ARCH-WORKLOAD. --json prints result.json, --quiet silences everything else.");
  command->add_option("ARCH", options->architecture, "Architecture: a preset's name (nvcim presets) or a JSON file")
      ->capture_default_str();
  command->add_option("--workload", options->workload, "Network: a built-in name or an ONNX file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  command
      ->add_option("--data", options->data,
                   "Data: fashion_mnist, mnist, cifar10 or a folder; the network's own when not given")
      ->type_name("NAME|DIR");
  command->add_option("--samples", options->samples, "Samples from the start of the test set; all when not given")
      ->type_name("N")
      ->check(at_least(1));
  command
      ->add_option("--engine", options->engine,
                   "functional: batched, all samples, no times; systemc: cycle by cycle, the first samples; both: the "
                   "two, compared "
                   "bit for bit on those samples")
      ->type_name("ENGINE")
      ->check(CLI::IsMember({"functional", "systemc", "both"}))
      ->capture_default_str();
  command
      ->add_option("--cycle-samples", options->cycle_samples,
                   fmt::format("Samples of the cycle model [{}]", kDefaultCycleSamples))
      ->type_name("N")
      ->check(at_least(1));
  command->add_option("--instance", options->instance, "Which sampled chip")
      ->type_name("N")
      ->check(at_most(std::numeric_limits<std::uint32_t>::max()))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return run(*options, arguments); }; });
}

}  // namespace nvcim::cli
