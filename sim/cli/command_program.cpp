// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_program.h"

#include <fmt/format.h>

#include <memory>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/chip_file.h"
#include "sim/cli/build_info.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/program_page.h"
#include "sim/studies/program.h"
#include "sim/studies/program/request.h"
#include "workloads/model_file.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::ProgramOptions;

/// Architecture, network and budgets; the mistakes of all are thrown together.
sim::ProgramRequest load_inputs(const ProgramOptions& options) {
  sim::ProgramRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.from, options); });
  gather_issues(issues, [&] {
    request.network =
        load_quantised(options.from.workload, options.from.data, options.from.quantise, thread_count(options));
  });
  for (InputIssue& issue : sim::option_issues(options)) issues.push_back(std::move(issue));
  if (!issues.empty()) throw InputError(std::move(issues));
  if (const auto time = sim::quantity_value(options.budget_time, sim::kBudgetTime))
    request.budget.time = from_si<Time>(*time);
  if (const auto energy = sim::quantity_value(options.budget_energy, sim::kBudgetEnergy))
    request.budget.energy = from_si<Energy>(*energy);
  request.budget.pulses = options.budget_pulses;
  request.plan = options.plan;
  request.seed = options.seed;
  request.instance = options.instance;
  request.functional = options.engine != sim::Engines::systemc;
  request.systemc = options.engine != sim::Engines::functional;
  request.threads = thread_count(options);
  return request;
}

int program(const ProgramOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  sim::ProgramRequest request = load_inputs(options);
  const fs::path out =
      options.out.empty() ? default_folder("program", request.architecture.name, request.network.name) : options.out;
  sim::check_result_folder(out, options.force);

  Progress progress(options.quiet);
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::ProgramOutcome outcome = sim::program_chip(request);
  progress.clear();
  const sim::ProgramReport report = sim::report_programming(request, outcome);

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  ProgramOptions resolved = options;
  use_resolved_architecture(resolved, resolved.from.architecture, resolved.from.duplicate, out);
  const std::string repeat = manifest.note("program", resolved, out);
  manifest["architecture"] = request.architecture.name;
  const mapping::ChipOrigin origin{fmt::format("nvcim {}", kVersion), repeat,
                                   lasting(options.from.workload, is_zoo_name(options.from.workload), out)};
  write_and_print(
      options, out, sim::result_of(report), repeat,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"report.html", sim::program_page(report, {kVersion, repeat, architecture})},
       {"chip.h5",
        mapping::chip_bytes(request.architecture, request.network, outcome.plan, outcome.result.cells, origin)}},
      options.force,
      sim::program_terminal(report) +
          fmt::format("Result: {} (chip.h5, report.html, result.json, result.csv, architecture.json, manifest.json)\n"
                      "The chip runs with: nvcim run --chip {}\n",
                      out.string(), shell_word((out / "chip.h5").string())));
  return kOk;
}

}  // namespace

void add_program_command(CLI::App& program_app, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<ProgramOptions>();
  CLI::App* command = add_command(
      program_app, *options, "program",
      "Program a chip, pulse by pulse: latency, energy, outcome, and the chip as a file",
      "  nvcim program rram_1t1r_128 --workload lenet_fashion_mnist_8b --out chip\n"
      "  nvcim program swim_paper --workload lenet_mnist_4b --plan plan.txt       what nvcim select chose\n"
      "  nvcim program --budget-time 5ms                                         whatever is verified by then\n"
      "  nvcim run --chip chip/chip.h5 --age 1h                                  the same chip later\n\n"
      "Every cell is written once; then the cells of the plan are write-verified, row by row, until they are within\n"
      "/write_controller/tolerance, the attempt limit is reached, or a budget ends it. What stayed unverified is\n"
      "reported. --out is created, or must be empty; a former result is replaced with --force. Without --out the\n"
      "result goes to results/program-ARCH-WORKLOAD.");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return program(*options, arguments); }; });
}

}  // namespace nvcim::cli
