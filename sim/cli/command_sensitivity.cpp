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
#include "sim/studies/sensitivity/request.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::SensitivityOptions;

int sensitivity(const SensitivityOptions& options, const std::vector<std::string>& arguments) {
  if (!options.set.empty())
    throw CommandLineError(sim::option_name(options, &options.set) +
                           ": a sensitivity belongs to a network, not to an architecture");
  Manifest manifest(arguments, options);
  sim::SensitivityRequest request;
  request.network = load_quantised(options.workload, options.data, options.quantise, thread_count(options));
  const fs::path out = options.out.empty()
                           ? sim::unused_folder(fs::path("results") / ("sensitivity-" + request.network.name))
                           : options.out;
  sim::check_result_folder(out, options.force);
  const std::string data_name = data_name_of(options.data, request.network);
  request.data = workloads::load_dataset(data_name, workloads::Split::train, options.samples, data_search_path());
  request.method = options.method;
  request.compare = options.compare;
  request.threads = thread_count(options);

  Progress progress(options.quiet);
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::SensitivityStudy study = sim::run_sensitivity(request);
  progress.clear();

  SensitivityOptions resolved = options;
  resolved.data = data_name;
  const std::string repeat = manifest.note("sensitivity", resolved, out);
  write_and_print(
      options, out, sim::result_of(request, study), repeat,
      {{"manifest.json", manifest.text()},
       {"report.html", sim::sensitivity_page(request, study, {kVersion, repeat, ""})},
       {"sensitivity.txt",
        mapping::weight_values_text(request.network, sim::curvature_of(request.network, study.measured),
                                    sim::sensitivity_origin(request))}},
      options.force,
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
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return sensitivity(*options, arguments); }; });
}

}  // namespace nvcim::cli
