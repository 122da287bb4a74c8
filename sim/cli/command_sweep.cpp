// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_sweep.h"

#include <fmt/format.h>

#include <algorithm>
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
#include "sim/studies/run.h"
#include "sim/studies/sweep.h"
#include "sim/studies/sweep_page.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::SweepOptions;

int sweep(const SweepOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  Manifest manifest(arguments, options);
  sim::SweepRequest request;
  static_cast<SweepOptions&>(request) = options;
  sim::complete_methods(request);
  fs::path out;
  ranks.together([&] {
    std::vector<InputIssue> issues;
    gather_issues(issues, [&] { request.architecture = given_architecture(options.from, options); });
    gather_issues(issues, [&] {
      request.network =
          load_quantised(options.from.workload, options.from.data, options.from.quantise, thread_count(options));
    });
    if (!issues.empty()) throw InputError(std::move(issues));
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("sweep-{}-{}", request.architecture.name, request.network.name);
    if (ranks.leads()) sim::check_result_folder(out, options.force);
    request.from.data = data_name_of(options.from.data, request.network);
    request.data =
        workloads::load_dataset(request.from.data, workloads::Split::test, options.samples, data_search_path());
    sim::check_data(request.network, request.data);
    request.samples = request.data.samples();
    for (const sim::SweepMethod& method : request.methods)
      if (!method.file.empty()) request.scores = load_scores(method.file, request.network);
    if (std::any_of(request.methods.begin(), request.methods.end(), [](const auto& m) { return m.in_situ; }))
      request.training = workloads::load_dataset(request.from.data, workloads::Split::train, 0, data_search_path());
  });
  request.threads = thread_count(options, ranks.on_this_machine());

  Progress progress(options.quiet || !ranks.leads());
  const bool needs_curvature =
      std::any_of(request.methods.begin(), request.methods.end(), [](const sim::SweepMethod& method) {
        return !method.in_situ && method.method == mapping::SelectionMethod::swim;
      });
  if (needs_curvature)
    request.curvature = from_lead(request.network, ranks, [&] {
      return get_curvature(options.curvature_from, request.network, request.from.data, request.threads, progress);
    });
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
  use_resolved_architecture(request, request.from.architecture, request.from.duplicate, out);
  const std::string repeat = manifest.note("sweep", request, out);
  manifest["architecture"] = request.architecture.name;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  write_and_print(options, out, sim::result_of(request, result), repeat,
                  {{"manifest.json", manifest.text()},
                   {"architecture.json", architecture},
                   {"report.html", sim::sweep_page(request, result, {kVersion, repeat, architecture})}},
                  options.force,
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
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return sweep(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
