// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "sim/cli/data_path.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_action.h"
#include "sim/cli/train_options.h"
#include "sim/report/metrics.h"
#include "sim/report/result_folder.h"
#include "workloads/networks.h"
#include "workloads/onnx_read.h"
#include "workloads/reference.h"
#include "workloads/training.h"

/// The program behind `nvcim train`.
namespace nvcim::cli {
namespace {

double reference_accuracy(const workloads::Network& network, const workloads::Dataset& test, int threads) {
  const auto logits = workloads::reference_logits(network, test.pixels, test.samples(), threads);
  const std::size_t classes = static_cast<std::size_t>(network.classes());
  int correct = 0;
  for (int i = 0; i < test.samples(); ++i)
    correct += workloads::predicted_class(std::span<const std::int64_t>(logits).subspan(
                   static_cast<std::size_t>(i) * classes, classes)) == test.labels[i];
  return static_cast<double>(correct) / test.samples();
}

nlohmann::ordered_json metric(const char* name, double value) {
  const sim::MetricInfo* info = sim::find_metric(name);
  return {{"value", value}, {"unit", info->unit}, {"doc", info->doc}};
}

int train(const TrainOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.set.empty()) throw CommandLineError("--set has no effect on training");
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  const auto data =
      workloads::load_dataset(options.data, workloads::Split::train, options.samples.value_or(0), data_search_path());
  if (data.samples() < options.samples.value_or(0))
    throw InputError("--samples", "",
                     fmt::format("{} asked for, {} has {}", *options.samples, options.data, data.samples()));
  const auto test = workloads::load_dataset(options.data, workloads::Split::test, 0, data_search_path());
  const workloads::Network shape = workloads::built_in_network(options.network, options.bits, data.shape);
  const std::filesystem::path out =
      options.out.empty()
          ? sim::unused_folder(fmt::format("results/train-{}-{}-{}b", options.network, data.name, options.bits))
          : options.out;
  sim::check_result_folder(out, options.force);

  Progress progress(options.quiet);
  progress.begin("training");
  workloads::TrainingOptions training;
  if (options.float_epochs) training.float_epochs = *options.float_epochs;
  if (options.quantised_epochs) training.quantised_epochs = *options.quantised_epochs;
  training.seed = options.seed;
  training.threads = options.thread_count();
  training.test = &test;
  training.progress = [&](const workloads::TrainingProgress& now) {
    progress.update((now.epoch - 1) * now.samples_per_epoch + now.samples, now.epochs * now.samples_per_epoch);
  };
  const workloads::Network network = workloads::train(shape, data, training);
  progress.clear();

  const double accuracy = reference_accuracy(network, test, options.thread_count());
  nlohmann::ordered_json result;
  result["schema_version"] = 1;
  result["network"] = network.name;
  result["data"] = data.name;
  result["metrics"]["accuracy.reference"] = metric("accuracy.reference", accuracy);
  if (network.float_accuracy >= 0)
    result["metrics"]["accuracy.float"] = metric("accuracy.float", network.float_accuracy);
  const std::string text = result.dump(2) + "\n";
  const std::string model = workloads::write_onnx(network);
  sim::write_result_folder(out, {{"manifest.json", manifest.text()}, {"result.json", text}, {"network.onnx", model}},
                           options.force);
  if (options.json)
    print_out(text);
  else if (!options.quiet)
    print_out(
        fmt::format("{}: {:.2f} % of the {} test set, {:.2f} % before quantisation\nResult: {} (network.onnx, "
                    "result.json, manifest.json)\n",
                    network.name, 100 * accuracy, data.name, 100 * network.float_accuracy, out.string()));
  return kOk;
}

}  // namespace
}  // namespace nvcim::cli

int main(int argc, char** argv) {
  using namespace nvcim::cli;
  CLI::App program("", "nvcim");
  program.require_subcommand(1);
  TrainOptions options;
  add_train_options(program, options);
  const std::vector<std::string> arguments(argv, argv + argc);
  Action action = [&] { return train(options, arguments); };
  return parse_and_run(program, argc, argv, action);
}
