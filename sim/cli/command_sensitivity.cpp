// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_sensitivity.h"

#include <fmt/format.h>

#include <memory>

#include "arch/input_error.h"
#include "mapping/selection/weight_values_file.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/result_folder.h"
#include "sim/studies/sensitivity.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

struct SensitivityOptions : CommonOptions {
  std::string workload = kDefaultWorkload;
  std::string data;
  QuantiseOptions quantise;
  std::string method = "recursion";
  int samples = 0;
  bool compare = false;
  bool force = false;
};

int sensitivity(const SensitivityOptions& options, const std::vector<std::string>& arguments) {
  if (!options.set.empty()) throw CommandLineError("--set: a sensitivity belongs to a network, not to an architecture");
  Manifest manifest(arguments, options);
  sim::SensitivityRequest request;
  request.network = load_quantised(options.workload, options.data, options.quantise, options.thread_count());
  const fs::path out = options.out.empty()
                           ? sim::unused_folder(fs::path("results") / ("sensitivity-" + request.network.name))
                           : options.out;
  sim::check_result_folder(out, options.force);
  const std::string data_name = data_name_of(options.data, request.network);
  request.data = workloads::load_dataset(data_name, workloads::Split::train, options.samples, data_search_path());
  request.method = options.method == "recursion" ? workloads::SensitivityMethod::recursion
                                                 : workloads::SensitivityMethod::gauss_newton;
  request.compare = options.compare;
  request.threads = options.thread_count();

  Progress progress(options.quiet);
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::SensitivityStudy study = sim::run_sensitivity(request);
  progress.clear();

  std::vector<std::string> words = {"nvcim",
                                    "sensitivity",
                                    lasting(options.workload, is_zoo_name(options.workload), out),
                                    "--data",
                                    lasting(data_name, is_data_name(data_name), out),
                                    "--sensitivity",
                                    options.method,
                                    "--samples",
                                    fmt::format("{}", options.samples)};
  if (options.compare) words.emplace_back("--compare");
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  const std::string repeat = shell_command(words);
  manifest["repeat"] = repeat;
  const std::string json = sim::sensitivity_json(request, study);
  write_and_print(
      options, out,
      {{"manifest.json", manifest.text()},
       {"result.json", json},
       {"result.csv", sim::sensitivity_csv(request, study)},
       {"report.html", sim::sensitivity_page(request, study, {kVersion, repeat, ""})},
       {"sensitivity.txt",
        mapping::weight_values_text(request.network, sim::curvature_of(request.network, study.measured),
                                    sim::sensitivity_origin(request))}},
      options.force, json,
      sim::sensitivity_table(request, study) +
          fmt::format("\nResult: {} (sensitivity.txt, report.html, result.json, result.csv)\n", out.string()));
  return kOk;
}

}  // namespace

void add_sensitivity_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<SensitivityOptions>();
  CLI::App* command = add_command(
      program, *options, "sensitivity", "How much each weight matters: second derivatives of the loss",
      "  nvcim sensitivity lenet_mnist_4b --out sens\n"
      "  nvcim sensitivity lenet_mnist_4b --sensitivity gauss_newton --samples 10000 --compare\n"
      "  nvcim select swim_paper --workload lenet_mnist_4b --sensitivity-file sens/sensitivity.txt --budget 0.1\n\n"
      "recursion: one backward pass without cross terms (SWIM); exact in the last layer, too low before it.\n"
      "gauss_newton: the exact diagonal of a piecewise linear network, one backward pass per class.\n"
      "Without --out the result goes to results/sensitivity-WORKLOAD.");
  command->add_option("WORKLOAD", options->workload, "Network: a built-in name or an ONNX file")->capture_default_str();
  add_data_option(*command, options->data);
  add_quantise_options(*command, options->quantise);
  command->add_option("--samples", options->samples, "Samples from the start of the training set; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--sensitivity", options->method, "recursion (one pass) or gauss_newton (exact)")
      ->type_name("NAME")
      ->check(is_one_of({"recursion", "gauss_newton"}))
      ->capture_default_str();
  command->add_flag("--compare", options->compare, "Measure with both methods and compare their rankings");
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return sensitivity(*options, arguments); }; });
}

}  // namespace nvcim::cli
