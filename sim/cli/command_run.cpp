// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "device/check_device.h"
#include "mapping/chip_file.h"
#include "mapping/chip_match.h"
#include "mapping/perturbation_file.h"
#include "sim/cli/age_options.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/html_report.h"
#include "sim/report/terminal.h"
#include "sim/studies/run.h"
#include "sim/studies/run/request.h"
#include "sim/studies/time_multiplexed_page.h"
#include "workloads/dataset.h"
#include "workloads/stand_in.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::RunOptions;

/// Faults that need two options at once; of every option named, its name is the description's.
void check_options(const RunOptions& options, bool seed_given, bool instance_given) {
  const auto name = [&](const auto& member) { return sim::option_name(options, &member); };
  std::vector<std::string> wrong;
  const auto say = [&](std::string text) { wrong.push_back(std::move(text)); };
  const std::string samples = name(options.samples), cycle_samples = name(options.cycle_samples),
                    chip = name(options.chip), perturbation = name(options.perturbation),
                    time_multiplex = name(options.time_multiplex), engine = name(options.engine);
  if (options.stands_in() &&
      (options.samples.value_or(1) > 1 || (options.cycle_samples.value_or(1) > 1 && !options.time_multiplex)))
    say(fmt::format("{} {} is one random image: {} and {} beyond 1 have no meaning", name(options.data), kNoData,
                    samples, cycle_samples));
  if (options.cycle_samples && !options.systemc())
    say(fmt::format("{} has no effect with {} functional", cycle_samples, engine));
  if (options.cycle_samples && options.samples && *options.cycle_samples > *options.samples)
    say(fmt::format("{} {} is more than {} {}", cycle_samples, *options.cycle_samples, samples, *options.samples));
  if (options.batch && !options.time_multiplex)
    say(fmt::format("{} has no effect without {}", name(options.batch), time_multiplex));
  if (options.time_multiplex && (!options.chip.empty() || !options.perturbation.empty()))
    say(fmt::format("{} programs the chip anew for every round, which {} does not allow", time_multiplex,
                    options.chip.empty() ? perturbation : chip));
  if (options.time_multiplex && !options.systemc())
    say(fmt::format("{} adds up times, which {} functional does not have", time_multiplex, engine));
  if (!options.chip.empty() && !options.perturbation.empty())
    say(fmt::format("{} and {} both say what the cells hold", chip, perturbation));
  if (!options.perturbation.empty() && (!options.later.age.empty() || !options.later.temperature.empty()))
    say(fmt::format("{} move cells, but with {} they stay where it says", sim::option_names<sim::AgeOptions>(),
                    perturbation));
  if (!options.chip.empty() && (seed_given || instance_given)) {
    const std::string seed = name(options.seed), instance = name(options.instance);
    say(fmt::format("{} has no effect with {}: the chip was programmed with its own",
                    seed_given && instance_given ? seed + " and " + instance
                    : seed_given                 ? seed
                                                 : instance,
                    chip));
  }
  if (!wrong.empty()) throw CommandLineError(fmt::format("{}", fmt::join(wrong, "\n")));
}

/// One image. In rounds the batch is made of it, and the cycle model takes so many that the pipeline fills.
workloads::Dataset stand_in_images(const RunOptions& options, const workloads::Network& network) {
  workloads::Dataset data = workloads::stand_in_image(network);
  if (!options.time_multiplex) return data;
  const std::vector<std::uint8_t> image = data.pixels;
  const int images = std::min(options.wanted_cycle_samples(), options.batch.value_or(1));
  for (int copy = 1; copy < images; ++copy) data.pixels.insert(data.pixels.end(), image.begin(), image.end());
  data.labels.resize(images, data.labels.front());
  return data;
}

workloads::Dataset load_samples(const RunOptions& options, const workloads::Network& network) {
  if (options.stands_in()) return stand_in_images(options, network);
  const std::string name = data_name_of(options.data, network);
  const std::optional<int> limit = options.functional() ? options.samples : options.wanted_cycle_samples();
  workloads::Dataset data =
      workloads::load_dataset(name, workloads::Split::test, limit.value_or(0), data_search_path());
  const int wanted = std::max(limit.value_or(0), options.cycle_samples.value_or(0));
  if (data.samples() < wanted)
    throw InputError(sim::option_name(options, &options.samples), "",
                     fmt::format("{} asked for, {} has {}", wanted, name, data.samples()));
  return data;
}

/// What a run needs, and where it came from.
struct Inputs {
  sim::RunRequest request;
  std::string workload;  ///< a name of the zoo or a file
  std::optional<mapping::ChipFile> chip;
  bool drift_switched_on = false;
};

/// The chip file's, unless another is given.
Architecture load_base(const RunOptions& options, const std::optional<mapping::ChipFile>& chip,
                       const std::vector<std::string>& set) {
  if (options.architecture.empty() && chip)
    return parse_architecture(chip->architecture_json, chip->path.string(), set, device::check_device);
  const std::string name = options.architecture.empty() ? std::string(kDefaultPreset) : options.architecture;
  return given_architecture(name, set);
}

/// The network that the chip was programmed with: a name, or a file, which the chip's own names from its folder.
std::string workload_of(const mapping::ChipFile& chip) {
  const std::string& name = chip.origin.workload;
  if (name.find('/') == std::string::npos || fs::path(name).is_absolute()) return name;
  return (chip.path.parent_path() / name).lexically_normal().string();
}

/// Architecture, network, data and chip; the mistakes of all are thrown together.
Inputs load_inputs(const RunOptions& options) {
  Inputs inputs;
  sim::RunRequest& request = inputs.request;
  std::vector<InputIssue> issues;
  const bool from_chip = !options.chip.empty();
  const bool has_chip = !from_chip || gather_issues(issues, [&] { inputs.chip = mapping::open_chip(options.chip); });
  const bool has_architecture =
      (has_chip || !options.architecture.empty()) && gather_issues(issues, [&] {
        AgedArchitecture aged =
            load_aged(options.later, sim::architecture_changes(options.set, options.duplicate),
                      [&](const std::vector<std::string>& set) { return load_base(options, inputs.chip, set); });
        request.architecture = std::move(aged.architecture);
        inputs.drift_switched_on = aged.drift_switched_on;
      });
  // Which data are meant may depend on the network.
  inputs.workload = !options.workload.empty() ? options.workload
                    : inputs.chip             ? workload_of(*inputs.chip)
                                              : kDefaultWorkload;
  const bool has_network =
      (has_chip || !options.workload.empty()) && gather_issues(issues, [&] {
        request.network = options.data == kNoData
                              ? load_shape(inputs.workload, options.quantise)
                              : load_quantised(inputs.workload, options.data, options.quantise, thread_count(options));
      });
  if (has_network)
    gather_issues(issues, [&] {
      request.data = load_samples(options, request.network);
      request.labelled = options.data != kNoData;
      sim::check_data(request.network, request.data);
    });
  else if (inputs.chip && options.workload.empty())
    issues.push_back(
        {options.chip, "/workload",
         fmt::format("names that network; say with {} where it is now", sim::option_name(options, &options.workload))});
  if (inputs.chip && has_architecture && has_network)
    for (InputIssue& issue : mapping::chip_mismatches(*inputs.chip, request.architecture, request.network))
      issues.push_back(std::move(issue));
  if (!issues.empty()) throw InputError(std::move(issues));
  if (inputs.chip)
    request.chip = {fmt::format("{} {:016x}", inputs.chip->path.filename().string(), inputs.chip->fingerprint),
                    mapping::load_chip(*inputs.chip, request.architecture, request.network,
                                       mapping::make_plan(request.architecture, request.network))};
  if (!options.perturbation.empty()) {
    request.architecture = mapping::without_ageing(std::move(request.architecture));
    request.deviations = {fs::path(options.perturbation).filename().string(),
                          mapping::load_perturbation(options.perturbation, request.architecture, request.network,
                                                     mapping::make_plan(request.architecture, request.network))};
  }
  return inputs;
}

int batch_of(const RunOptions& options, const sim::RunRequest& request) {
  return options.batch.value_or(request.data.samples());
}

/// With everything that was left open.
RunOptions resolved(const RunOptions& options, const Inputs& inputs, const fs::path& out) {
  const sim::RunRequest& request = inputs.request;
  RunOptions whole = options;
  use_resolved_architecture(whole, whole.architecture, whole.duplicate, out);
  whole.later = {};
  whole.workload = inputs.workload;
  if (whole.data.empty()) whole.data = request.network.data;
  whole.samples.reset();
  whole.cycle_samples.reset();
  whole.batch.reset();
  if (options.functional() && !options.stands_in()) whole.samples = request.data.samples();
  if (options.systemc()) whole.cycle_samples = std::min(request.cycle_samples, request.data.samples());
  if (options.time_multiplex) whole.batch = batch_of(options, request);
  return whole;
}

std::string last_lines(const Inputs& inputs, const fs::path& out) {
  return fmt::format("{}Result: {} (report.html, result.json, result.csv, architecture.json, manifest.json)\n",
                     inputs.drift_switched_on ? "--age switched /device/drift to model.\n" : "", out.string());
}

int run_in_rounds(const RunOptions& options, const Inputs& inputs, const fs::path& out, Manifest& manifest,
                  Progress& progress) {
  const sim::TimeMultiplexedRequest request{inputs.request, batch_of(options, inputs.request)};
  const sim::TimeMultiplexedResult result = sim::run_time_multiplexed(request);
  progress.clear();
  const std::string architecture = to_json(request.run.architecture).dump(2) + "\n";
  const std::string repeat = manifest.note("run", resolved(options, inputs, out), out);
  manifest["architecture"] = request.run.architecture.name;
  write_and_print(options, out, sim::result_of(request, result), repeat,
                  {{"manifest.json", manifest.text()},
                   {"architecture.json", architecture},
                   {"report.html", sim::time_multiplexed_page(request, result, {kVersion, repeat, architecture})}},
                  options.force, sim::time_multiplexed_table(request, result) + last_lines(inputs, out));
  return kOk;
}

int run(const RunOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);

  Inputs inputs = load_inputs(options);
  sim::RunRequest& request = inputs.request;
  request.functional = options.functional();
  request.systemc = options.systemc();
  request.cycle_samples = options.wanted_cycle_samples();
  request.seed = options.seed;
  request.instance = options.instance;
  request.threads = thread_count(options);
  const fs::path out =
      options.out.empty() ? default_folder("run", request.architecture.name, request.network.name) : options.out;
  sim::check_result_folder(out, options.force);

  Progress progress(options.quiet);
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  if (options.time_multiplex) return run_in_rounds(options, inputs, out, manifest, progress);
  const sim::RunOutcome outcome = sim::run_network(request);
  progress.clear();
  const sim::RunReport report = sim::report_run(request, outcome);

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = manifest.note("run", resolved(options, inputs, out), out);
  manifest["architecture"] = request.architecture.name;
  if (inputs.chip) {
    manifest["seed"] = inputs.chip->draws.seed;
    manifest["chip"] = {{"file", lasting(options.chip, false, out)},
                        {"fingerprint", fmt::format("{:016x}", inputs.chip->fingerprint)},
                        {"program", inputs.chip->origin.program},
                        {"command", inputs.chip->origin.command}};
  }
  write_and_print(options, out, sim::result_of(report), repeat,
                  {{"manifest.json", manifest.text()},
                   {"architecture.json", architecture},
                   {"report.html", sim::html_report(report, {kVersion, repeat, architecture})}},
                  options.force, sim::terminal_report(report) + last_lines(inputs, out));
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
      "  nvcim run out/architecture.json                      a former result's chip again\n"
      "  nvcim run --workload vgg8 --data none --set /chip/mesh_rows=16 --set /chip/mesh_columns=32\n"
      "  nvcim run --set /chip/mesh_rows=1 --set /chip/mesh_columns=5 --time-multiplex      a network larger than the "
      "chip\n"
      "  nvcim run --chip chip/chip.h5 --age 1h               a chip that nvcim program saved, an hour later\n"
      "  nvcim run swim_paper --workload lenet_mnist_4b --perturbation out/perturbation.txt      a worst case, "
      "checked\n\n"
      "Without --chip every cell is written once, unverified. With it architecture and network are the chip file's; "
      "if\n"
      "they are given they must have the same cells and weights (mapping/README.md), while --set may change how cells\n"
      "are read.\n\n"
      "--time-multiplex cuts the network where one feature map crosses into rounds that fit the chip, one after the\n"
      "other for a batch of samples: the chip is programmed, the batch runs, the map waits in external memory.\n\n"
      "--out is created, or must be empty; a former result is replaced with --force. Without --out the result goes to\n"
      "results/run-ARCH-WORKLOAD. --json prints result.json, --quiet silences everything else.");
  command->callback([options, arguments, command, &action] {
    const auto given = [&](const auto& member) { return command->count(sim::option_name(*options, &member)) > 0; };
    const bool seed = given(options->seed), instance = given(options->instance);
    action = [=] {
      check_options(*options, seed, instance);
      return run(*options, arguments);
    };
  });
}

}  // namespace nvcim::cli
