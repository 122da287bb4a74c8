// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_program.h"

#include <fmt/format.h>

#include <limits>
#include <memory>
#include <optional>

#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "mapping/chip_file.h"
#include "sim/cli/build_info.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/program_page.h"
#include "sim/studies/program.h"
#include "workloads/model_file.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

struct ProgramOptions : CommonOptions {
  std::string architecture{kDefaultPreset};
  std::string workload = kDefaultWorkload;
  std::string data;  ///< to calibrate on
  QuantiseOptions quantise;
  std::string plan = "all";
  std::string budget_time, budget_energy;
  std::optional<std::uint64_t> budget_pulses;
  std::string engine = "both";
  std::uint32_t instance = 0;
  bool force = false;
};

template <class Q>
std::optional<Q> quantity(const char* option, const std::string& text, const char* like,
                          std::vector<InputIssue>& issues) {
  if (text.empty()) return std::nullopt;
  std::string why;
  const std::optional<double> value = parse_quantity(text, UnitSymbol<Q>::text, like, why);
  if (value && *value > 0) return from_si<Q>(*value);
  issues.push_back({option, "", fmt::format("{} {}", text, value ? "is not above 0" : why)});
  return std::nullopt;
}

/// Architecture, network and budgets; the mistakes of all are thrown together.
sim::ProgramRequest load_inputs(const ProgramOptions& options) {
  sim::ProgramRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.architecture, options.set); });
  gather_issues(issues, [&] {
    request.network = load_quantised(options.workload, options.data, options.quantise, options.thread_count());
  });
  request.budget.time = quantity<Time>("--budget-time", options.budget_time, "5 ms", issues);
  request.budget.energy = quantity<Energy>("--budget-energy", options.budget_energy, "2 uJ", issues);
  request.budget.pulses = options.budget_pulses;
  if (!issues.empty()) throw InputError(std::move(issues));
  request.plan = options.plan;
  request.seed = options.seed;
  request.instance = options.instance;
  request.functional = options.engine != "systemc";
  request.systemc = options.engine != "functional";
  request.threads = options.thread_count();
  return request;
}

bool is_plan_name(const std::string& plan) {
  return plan == "all" || plan == "none";
}

std::string repeat_command(const ProgramOptions& options, const fs::path& out) {
  std::vector<std::string> words = {"nvcim",
                                    "program",
                                    "architecture.json",
                                    "--workload",
                                    lasting(options.workload, is_zoo_name(options.workload), out),
                                    "--plan",
                                    lasting(options.plan, is_plan_name(options.plan), out),
                                    "--engine",
                                    options.engine};
  if (!options.budget_time.empty()) words.insert(words.end(), {"--budget-time", options.budget_time});
  if (!options.budget_energy.empty()) words.insert(words.end(), {"--budget-energy", options.budget_energy});
  if (options.budget_pulses) words.insert(words.end(), {"--budget-pulses", fmt::format("{}", *options.budget_pulses)});
  words.insert(words.end(),
               {"--seed", fmt::format("{}", options.seed), "--instance", fmt::format("{}", options.instance)});
  if (!options.data.empty())
    words.insert(words.end(), {"--data", lasting(options.data, is_data_name(options.data), out)});
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  return shell_command(words);
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
  const std::string repeat = repeat_command(options, out);
  const std::string result = sim::program_json(report);
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  const mapping::ChipOrigin origin{fmt::format("nvcim {}", kVersion), repeat,
                                   lasting(options.workload, is_zoo_name(options.workload), out)};
  write_and_print(
      options, out,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"result.json", result},
       {"result.csv", sim::program_csv(report)},
       {"report.html", sim::program_page(report, {kVersion, repeat, architecture})},
       {"chip.h5",
        mapping::chip_bytes(request.architecture, request.network, outcome.plan, outcome.result.cells, origin)}},
      options.force, result,
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
  add_architecture_option(*command, options->architecture, *options);
  add_workload_option(*command, options->workload);
  command->add_option("--data", options->data, "Data that a network in floating point is calibrated on")
      ->type_name("NAME|DIR");
  add_quantise_options(*command, options->quantise);
  command
      ->add_option("--plan", options->plan,
                   "Cells to verify: all, none, or a file from nvcim select; its row order is kept")
      ->type_name("all|none|FILE")
      ->capture_default_str();
  command->add_option("--budget-time", options->budget_time, "End programming after so long, e.g. 5ms")
      ->type_name("TIME");
  command->add_option("--budget-energy", options->budget_energy, "End it when so much is spent, e.g. 2uJ")
      ->type_name("ENERGY");
  command
      ->add_option("--budget-pulses", options->budget_pulses,
                   "End it before more than so many pulses of single cells, first writes included")
      ->type_name("N")
      ->check(at_most(std::numeric_limits<std::int64_t>::max()));
  command
      ->add_option("--engine", options->engine,
                   "functional: without SystemC; systemc: cycle model; both: the two, compared cell by cell, count by "
                   "count and to the cycle")
      ->type_name("ENGINE")
      ->check(is_one_of({"functional", "systemc", "both"}))
      ->capture_default_str();
  command->add_option("--instance", options->instance, "Which sampled chip")
      ->type_name("N")
      ->check(at_most(std::numeric_limits<std::uint32_t>::max()))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return program(*options, arguments); }; });
}

}  // namespace nvcim::cli
