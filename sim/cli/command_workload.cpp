// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_workload.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/output_file.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/studies/options/option_list.h"
#include "sim/studies/workload.h"
#include "sim/studies/workload/request.h"
#include "workloads/onnx_calibrated.h"
#include "workloads/stand_in.h"

namespace nvcim::cli {
namespace {

using sim::WorkloadOptions;

/// The network in both forms.
struct Loaded {
  std::optional<workloads::FloatNetwork> real;  ///< none: it came in integers
  workloads::Quantisation quantisation;         ///< of `real`, once calibrated
};

/// Fills the request's network; without data its shape has to do.
Loaded load(const WorkloadOptions& options, sim::WorkloadRequest& request, Progress& progress) {
  if (workloads::is_stand_in(options.workload) && options.data.empty()) {
    request.quantised = false;
    request.network = load_shape(options.workload, options.quantise);
    return {};
  }
  workloads::AnyNetwork model = workloads::load_model(options.workload);
  Loaded loaded;
  auto* real = std::get_if<workloads::FloatNetwork>(&model);
  if (real == nullptr) {
    if (!options.save.empty()) throw InputError(options.workload, "", "is quantised: there is nothing to calibrate");
    request.network = load_quantised(options.workload, options.data, options.quantise, request.threads);
    return loaded;
  }
  loaded.real = std::move(*real);
  const workloads::FloatNetwork& network = *loaded.real;
  const bool calibrated = network.quantisation && !options.quantise.recalibrates();
  request.quantised = calibrated || !options.data.empty();
  if (!request.quantised) {
    request.network = load_shape(options.workload, options.quantise);
    return loaded;
  }
  request.pixels = pixel_scale_of(options.quantise, network);
  const workloads::Lowered lowered = workloads::lower(network.name, network.graph, request.pixels);
  loaded.quantisation = calibrated ? *network.quantisation
                                   : calibrate_on(options.data, options.quantise, network, lowered, *request.pixels,
                                                  request.threads, progress);
  request.network = workloads::quantise(lowered, loaded.quantisation);
  return loaded;
}

int run(const WorkloadOptions& options, const std::vector<std::string>& arguments) {
  if (!options.save.empty() && options.data.empty())
    throw CommandLineError(fmt::format("{} keeps a calibrated network: give the data to calibrate it on with {}",
                                       sim::option_name(options, &options.save),
                                       sim::option_name(options, &options.data)));
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  Progress progress(options.quiet);
  sim::WorkloadRequest request;
  request.threads = thread_count(options);
  std::vector<InputIssue> issues;
  Loaded loaded;
  gather_issues(issues, [&] {
    request.architecture =
        given_architecture(options.architecture, sim::architecture_changes(options.set, options.duplicate));
  });
  gather_issues(issues, [&] { loaded = load(options, request, progress); });
  if (!issues.empty()) throw InputError(std::move(issues));
  if (loaded.real && request.quantised) request.graph = &loaded.real->graph;
  if (!options.data.empty())
    request.data = workloads::load_dataset(options.data, workloads::Split::test, options.samples, data_search_path());
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::WorkloadStudy study = sim::run_workload(request);
  progress.clear();
  WorkloadOptions resolved = options;
  if (!options.out.empty()) use_resolved_architecture(resolved, resolved.architecture, resolved.duplicate, options.out);
  if (request.data) resolved.samples = request.data->samples();
  const std::string repeat = manifest.note("workload", resolved, options.out);
  manifest["architecture"] = request.architecture.name;
  write_and_print(
      options, options.out, sim::result_of(request, study), repeat,
      {{"manifest.json", manifest.text()}, {"architecture.json", to_json(request.architecture).dump(2) + "\n"}},
      options.force,
      sim::workload_table(request, study) +
          (options.save.empty() ? "" : fmt::format("calibrated network: {}\n", options.save.string())));
  if (!options.save.empty()) {
    if (study.float_accuracy && options.samples == 0) loaded.quantisation.float_accuracy = *study.float_accuracy;
    write_file(options.save, workloads::calibrated_onnx(options.workload, workloads::model_bytes(options.workload),
                                                        *request.pixels, loaded.quantisation));
  }
  return kOk;
}

}  // namespace

void add_workload_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<WorkloadOptions>();
  CLI::App* command = add_command(
      program, *options, "workload", "What a network is made of, what runs where, and what quantising it costs",
      "  nvcim workload lenet_mnist_4b\n"
      "  nvcim workload vgg8\n"
      "  nvcim workload resnet20.onnx --arch rram_1t1r_128\n"
      "  nvcim workload resnet20.onnx --data cifar10 --normalize 0.485,0.456,0.406/0.229,0.224,0.225\n"
      "  nvcim workload resnet20.onnx --data cifar10 --normalize … --save resnet20_8b.onnx\n"
      "  nvcim run --workload resnet20_8b.onnx\n\n"
      "An ONNX file in floating point is quantised after training: weights symmetric, ranges of the maps chosen on\n"
      "samples of the training set. --save keeps them in a copy of the file, which then needs no option anywhere.\n"
      "Without --data only shapes are shown. --out DIR writes result.json and result.csv. --seed: no effect here.");
  command->callback([options, arguments, &action] {
    if (options->data == kNoData) options->data.clear();
    action = [options, arguments] { return run(*options, arguments); };
  });
}

}  // namespace nvcim::cli
