// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_calibrate.h"

#include <fmt/format.h>

#include <memory>

#include "arch/input_error.h"
#include "arch/load.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/result_folder.h"
#include "sim/studies/adc_calibration.h"
#include "sim/studies/calibrate/request.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::CalibrateOptions;

/// Architecture, network and training samples; the mistakes of all are thrown together.
sim::AdcCalibrationRequest load_inputs(const CalibrateOptions& options) {
  sim::AdcCalibrationRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.from, options); });
  if (gather_issues(issues, [&] {
        request.network =
            load_quantised(options.from.workload, options.from.data, options.from.quantise, thread_count(options));
      }))
    gather_issues(issues, [&] {
      request.data = workloads::load_dataset(data_name_of(options.from.data, request.network), workloads::Split::train,
                                             options.samples, data_search_path());
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  request.method = options.method;
  request.threads = thread_count(options);
  return request;
}

int calibrate(const CalibrateOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  sim::AdcCalibrationRequest request = load_inputs(options);
  const fs::path out =
      options.out.empty() ? default_folder("calibrate", request.architecture.name, request.network.name) : options.out;
  sim::check_result_folder(out, options.force);
  Progress progress(options.quiet);
  progress.begin("column sums");
  request.progress = progress.callback();
  const sim::AdcCalibration calibration = sim::calibrate_adc(request);
  progress.clear();

  const std::string architecture = to_json(calibration.architecture).dump(2) + "\n";
  CalibrateOptions resolved = options;
  use_resolved_architecture(resolved, resolved.from.architecture, resolved.from.duplicate, out);
  resolved.samples = request.data.samples();
  const std::string repeat = manifest.note("calibrate", resolved, out);
  manifest["architecture"] = request.architecture.name;
  write_and_print(options, out, sim::result_of(request, calibration), repeat,
                  {{"manifest.json", manifest.text()},
                   {"architecture.json", architecture},
                   {"report.html", sim::adc_calibration_page(request, calibration, {kVersion, repeat, architecture})}},
                  options.force,
                  sim::adc_calibration_table(request, calibration) +
                      fmt::format("\nCalibrated chip: {} (for any command in place of ARCH; report.html beside it)\n",
                                  (out / "architecture.json").string()));
  return kOk;
}

}  // namespace

void add_calibrate_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<CalibrateOptions>();
  CLI::App* command = add_command(
      program, *options, "calibrate", "Choose the range of every layer's ADCs on training samples",
      "  nvcim calibrate rram_1t1r_128 --workload lenet_fashion_mnist_8b --set /adc/bits=5 --out ranges\n"
      "  nvcim run ranges/architecture.json --workload lenet_fashion_mnist_8b\n"
      "  nvcim calibrate --method percentile --samples 256\n\n"
      "Column sums are those of cells at their targets, so a range belongs to the design and not to one chip. Samples\n"
      "come from the training set alone. ranges/architecture.json is the architecture with /adc/range = per_layer and\n"
      "the full scales in /adc/layer_full_scale; run, mc, sweep and the others take it as ARCH.\n"
      "Without --out the result goes to results/calibrate-ARCH-WORKLOAD. --seed: no effect here.");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return calibrate(*options, arguments); }; });
}

}  // namespace nvcim::cli
