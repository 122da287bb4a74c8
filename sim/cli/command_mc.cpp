// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_mc.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>

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
#include "sim/report/metrics.h"
#include "sim/studies/monte_carlo.h"
#include "sim/studies/monte_carlo_page.h"
#include "sim/studies/run.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::MonteCarloOptions;

/// Architecture, network and data; the mistakes of all three are thrown together.
sim::MonteCarloRequest request_of(const MonteCarloOptions& options) {
  sim::MonteCarloRequest request;
  static_cast<MonteCarloOptions&>(request) = options;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.from, options); });
  // Which data are meant may depend on the network.
  if (gather_issues(issues, [&] {
        request.network =
            load_quantised(options.from.workload, options.from.data, options.from.quantise, thread_count(options));
      }))
    gather_issues(issues, [&] {
      request.from.data = data_name_of(options.from.data, request.network);
      request.data =
          workloads::load_dataset(request.from.data, workloads::Split::test, options.samples, data_search_path());
      sim::check_data(request.network, request.data);
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  request.samples = request.data.samples();
  request.instances = options.asked_instances();
  if (request.verify) request.method = options.chosen_by();
  return request;
}

int mc(const MonteCarloOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  if (!options.verify && options.method)
    throw CommandLineError(fmt::format("{} chooses cells to verify: give their share of the write cycles with {}",
                                       sim::option_name(options, &options.method),
                                       sim::option_name(options, &options.verify)));
  Manifest manifest(arguments, options);
  sim::MonteCarloRequest request;
  fs::path out;
  ranks.together([&] {
    request = request_of(options);
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("mc-{}-{}", request.architecture.name, request.network.name);
    if (ranks.leads()) sim::check_result_folder(out, options.force);
  });
  request.threads = thread_count(options, ranks.on_this_machine());

  Progress progress(options.quiet || !ranks.leads());
  if (request.verify && request.method == mapping::SelectionMethod::swim)
    request.curvature = from_lead(request.network, ranks, [&] {
      return get_curvature(options.how.curvature, request.network, request.from.data, request.threads, progress);
    });
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
  use_resolved_architecture(request, request.from.architecture, request.from.duplicate, out);
  const std::string repeat = manifest.note("mc", request, out);
  const double rate = double(result.computed) * result.samples / elapsed.count();
  manifest["architecture"] = request.architecture.name;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  manifest["instances_computed"] = result.computed;
  manifest["images_instances_per_second"] = rate;
  write_and_print(
      options, out, sim::result_of(request, result), repeat,
      {{"manifest.json", manifest.text()},
       {"architecture.json", architecture},
       {"report.html", sim::monte_carlo_page(request, result, {kVersion, repeat, architecture})}},
      options.force,
      sim::monte_carlo_table(request, result) + fmt::format("\nSpeed: {} images·instances/s ({} x {} threads)\n"
                                                            "Result: {} (report.html, result.json, result.csv)\n",
                                                            sim::format_metric(std::round(rate), "count"),
                                                            ranks.count(), request.threads, out.string()));
  fs::remove(request.journal);
  return kOk;
}

}  // namespace

void add_mc_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks, Action& action) {
  const auto options = std::make_shared<MonteCarloOptions>();
  CLI::App* command = add_command(
      program, *options, "mc", "Monte Carlo: distribution of accuracy over programmed chips, KPP and yield",
      "  nvcim mc rram_1t1r_128 --workload lenet_fashion_mnist_8b --instances 1000 --target 85%\n"
      "  nvcim mc swim_paper --workload lenet_mnist_4b --precision 0.2% --quantiles 1% --verify 10% --method swim\n"
      "  mpirun -n 8 nvcim mc …                   spread over processes and machines, same result\n\n"
      "Work that was stopped goes on where it was when the same command is given again (OUT.journal).");
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return mc(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
