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
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/verify_options.h"
#include "sim/report/result_folder.h"
#include "sim/studies/run.h"
#include "sim/studies/sweep.h"
#include "sim/studies/sweep_page.h"
#include "workloads/dataset.h"
#include "workloads/model_file.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

struct SweepOptions : CommonOptions {
  std::string architecture = "swim_paper";
  std::string workload = "lenet_mnist_4b";
  std::string data;
  int samples = 0;
  std::vector<double> budgets = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::vector<std::string> methods = {"swim", "magnitude", "random"};
  VerifyOptions how;
  int instances = 10;
  bool force = false;
};

int sweep(const SweepOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  Manifest manifest(arguments, options);
  sim::SweepRequest request;
  fs::path out;
  std::string data_name;
  ranks.together([&] {
    request.architecture = load_architecture(options.architecture, options.set);
    request.network = workloads::load_network(options.workload);
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("sweep-{}-{}", request.architecture.name, request.network.name);
    if (ranks.leads()) sim::check_result_folder(out, options.force);
    data_name = options.data.empty() ? request.network.data : options.data;
    if (data_name.empty()) throw InputError("--data", "", "the network does not name its data; give a set or a folder");
    request.data = workloads::load_dataset(data_name, workloads::Split::test, options.samples, data_search_path());
    sim::check_data(request.network, request.data);
  });
  request.budgets = options.budgets;
  for (const std::string& method : options.methods)
    request.methods.push_back({kSelectionMethods.at(method), kGranularities.at(options.how.granularity)});
  request.instances = options.instances;
  request.seed = options.seed;
  request.threads = options.thread_count(ranks.on_this_machine());

  Progress progress(options.quiet || !ranks.leads());
  if (std::count(options.methods.begin(), options.methods.end(), "swim") > 0)
    request.curvature = measure_curvature(options.how, request.network, data_name, request.threads, progress, ranks);
  // Beside the folder, which is written whole at the end; a sweep that was killed goes on from it.
  request.journal = out;
  request.journal += ".journal";
  progress.begin("sweep");
  request.progress = progress.callback();
  const sim::SweepResult result = sim::run_sweep(request, ranks);
  progress.clear();
  if (!ranks.leads()) return kOk;

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = shell_command({"nvcim",
                                            "sweep",
                                            "architecture.json",
                                            "--workload",
                                            options.workload,
                                            "--data",
                                            data_name,
                                            "--samples",
                                            fmt::format("{}", request.data.samples()),
                                            "--budgets",
                                            fmt::format("{}", fmt::join(options.budgets, ",")),
                                            "--methods",
                                            fmt::format("{}", fmt::join(options.methods, ",")),
                                            "--granularity",
                                            options.how.granularity,
                                            "--sensitivity",
                                            options.how.sensitivity,
                                            "--sensitivity-samples",
                                            fmt::format("{}", options.how.sensitivity_samples),
                                            "--instances",
                                            fmt::format("{}", options.instances),
                                            "--seed",
                                            fmt::format("{}", options.seed)});
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  const std::string json = sim::sweep_json(request, result);
  sim::write_result_folder(out,
                           {{"manifest.json", manifest.text()},
                            {"architecture.json", architecture},
                            {"result.json", json},
                            {"result.csv", sim::sweep_csv(request, result)},
                            {"report.html", sim::sweep_page(request, result, {kVersion, repeat, architecture})}},
                           options.force);
  fs::remove(request.journal);
  if (options.json)
    print_out(json);
  else if (!options.quiet)
    print_out(sim::sweep_table(request, result) +
              fmt::format("\nResult: {} (report.html, result.json, result.csv)\n", out.string()));
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
  command->add_option("ARCH", options->architecture, "Architecture: a preset's name or a JSON file")
      ->capture_default_str();
  command->add_option("--workload", options->workload, "Network: a built-in name or an ONNX file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  command->add_option("--data", options->data, "Data set or folder; the network's own when not given")
      ->type_name("NAME|DIR");
  command->add_option("--samples", options->samples, "Samples from the start of the test set; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--budgets", options->budgets, "Shares of the write cycles of verifying everything, 0 to 1")
      ->type_name("X,…")
      ->delimiter(',');
  command->add_option("--methods", options->methods, "swim, magnitude, random, layer_order")
      ->type_name("NAME,…")
      ->delimiter(',')
      ->check(is_selection_method());
  add_verify_options(*command, options->how);
  command->add_option("--instances", options->instances, "Sampled chips")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return sweep(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
