// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "arch/load.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/report/result_folder.h"
#include "sim/studies/run.h"
#include "sim/studies/sweep.h"
#include "sim/studies/sweep_page.h"
#include "workloads/dataset.h"
#include "workloads/model_file.h"
#include "workloads/sensitivity.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using mapping::Granularity;
using mapping::SelectionMethod;

struct SweepOptions : CommonOptions {
  std::string architecture = "swim_paper";
  std::string workload = "lenet_mnist_4b";
  std::string data;
  int samples = 0;
  std::vector<double> budgets = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::vector<std::string> methods = {"swim", "magnitude", "random"};
  std::string granularity = "weight";
  std::string sensitivity = "recursion";
  int sensitivity_samples = 0;
  int instances = 10;
  bool force = false;
};

const std::map<std::string, SelectionMethod> kMethods = {{"swim", SelectionMethod::swim},
                                                         {"magnitude", SelectionMethod::magnitude},
                                                         {"random", SelectionMethod::random},
                                                         {"layer_order", SelectionMethod::layer_order}};
const std::map<std::string, Granularity> kGranularities = {{"weight", Granularity::weight},
                                                           {"cell", Granularity::cell},
                                                           {"row", Granularity::row},
                                                           {"crossbar", Granularity::crossbar}};

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

/// Curvature on the training set: the test set is what the sweep reports on.
mapping::WeightValues measure_curvature(const SweepOptions& options, const workloads::Network& network,
                                        const std::string& data_name, Progress& progress) {
  const workloads::Dataset data =
      workloads::load_dataset(data_name, workloads::Split::train, options.sensitivity_samples, data_search_path());
  sim::check_data(network, data);
  workloads::SensitivityOptions how;
  how.method = options.sensitivity == "recursion" ? workloads::SensitivityMethod::recursion
                                                  : workloads::SensitivityMethod::gauss_newton;
  how.threads = options.thread_count();
  progress.begin("sensitivity");
  how.progress = progress.callback();
  const workloads::Sensitivity measured = workloads::measure_sensitivity(network, data.pixels, data.samples(), how);
  mapping::WeightValues curvature(network.nodes.size());
  for (const workloads::LayerSensitivity& layer : measured.layers) curvature[layer.node] = layer.curvature;
  return curvature;
}

int sweep(const SweepOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  sim::SweepRequest request;
  request.architecture = load_architecture(options.architecture, options.set);
  request.network = workloads::load_network(options.workload);
  const fs::path out =
      !options.out.empty()
          ? options.out
          : fs::path("results") / fmt::format("sweep-{}-{}", request.architecture.name, request.network.name);
  sim::check_result_folder(out, options.force);
  const std::string data_name = options.data.empty() ? request.network.data : options.data;
  if (data_name.empty()) throw InputError("--data", "", "the network does not name its data; give a set or a folder");
  request.data = workloads::load_dataset(data_name, workloads::Split::test, options.samples, data_search_path());
  sim::check_data(request.network, request.data);
  request.budgets = options.budgets;
  for (const std::string& method : options.methods)
    request.methods.push_back({kMethods.at(method), kGranularities.at(options.granularity)});
  request.instances = options.instances;
  request.seed = options.seed;
  request.threads = options.thread_count();

  Progress progress(options.quiet);
  if (std::count(options.methods.begin(), options.methods.end(), "swim") > 0)
    request.curvature = measure_curvature(options, request.network, data_name, progress);
  // Beside the folder, which is written whole at the end; a sweep that was killed goes on from it.
  request.journal = out;
  request.journal += ".journal";
  if (out.has_parent_path()) fs::create_directories(out.parent_path());
  progress.begin("sweep");
  request.progress = progress.callback();
  const sim::SweepResult result = sim::run_sweep(request);
  progress.clear();

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
                                            options.granularity,
                                            "--sensitivity",
                                            options.sensitivity,
                                            "--sensitivity-samples",
                                            fmt::format("{}", options.sensitivity_samples),
                                            "--instances",
                                            fmt::format("{}", options.instances),
                                            "--seed",
                                            fmt::format("{}", options.seed)});
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
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

void add_sweep_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
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
      ->check(CLI::IsMember(keys_of(kMethods)));
  command->add_option("--granularity", options->granularity, "What is verified as a whole")
      ->type_name("NAME")
      ->check(CLI::IsMember(keys_of(kGranularities)))
      ->capture_default_str();
  command->add_option("--sensitivity", options->sensitivity, "recursion (one pass) or gauss_newton (exact)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"recursion", "gauss_newton"}))
      ->capture_default_str();
  command
      ->add_option("--sensitivity-samples", options->sensitivity_samples,
                   "Training samples behind the sensitivity; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--instances", options->instances, "Sampled chips")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return sweep(*options, arguments); }; });
}

}  // namespace nvcim::cli
