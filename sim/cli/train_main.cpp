// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "arch/input_error.h"
#include "arch/load.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interruption.h"
#include "sim/cli/manifest.h"
#include "sim/cli/process_start.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/cli/run_action.h"
#include "sim/cli/train_options.h"
#include "sim/report/result_folder.h"
#include "sim/studies/kpp_judge.h"
#include "sim/studies/training_report.h"
#include "workloads/model_file.h"
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

constexpr int kBits = 8;                       // of a built-in network
constexpr double kFurtherLearningRate = 1e-4;  // of a network that exists

bool is_built_in(const std::string& name) {
  const std::vector<std::string> names = workloads::built_in_networks();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A network that exists, to be trained further. Other words are left to built_in_network(), which lists its names.
bool is_given(const std::string& name) {
  return !is_built_in(name) && (is_zoo_name(name) || std::filesystem::exists(name));
}

void check_options(const TrainOptions& options) {
  const auto name = [&](const auto& member) { return sim::option_name(options, &member); };
  std::vector<std::string> wrong;
  if (!options.noise.kind && !options.set.empty())
    wrong.push_back(fmt::format("{} changes the chip that judges, and without {} none does", name(options.set),
                                name(options.noise.kind)));
  if (is_given(options.network) && options.bits)
    wrong.push_back(fmt::format("{} is for built-in networks; of a file in floating point, {} and {}",
                                name(options.bits), name(options.quantise.weight_bits),
                                name(options.quantise.activation_bits)));
  if (!is_given(options.network) && options.quantise.any())
    wrong.push_back(fmt::format("{} are for files in floating point; of a built-in network, {}",
                                sim::option_names<QuantiseOptions>(), name(options.bits)));
  if (!wrong.empty()) throw CommandLineError(fmt::format("{}", fmt::join(wrong, "\n")));
}

/// What is trained, and from where.
struct Start {
  workloads::Network shape;
  std::vector<workloads::LayerValues> values;  ///< empty: drawn
};

Start start_of(const TrainOptions& options, const workloads::Dataset& data, int threads, Progress& progress) {
  if (!is_given(options.network))
    return {workloads::built_in_network(options.network, options.bits.value_or(kBits), data.shape, data.classes), {}};
  const workloads::AnyNetwork model = workloads::load_model(options.network);
  const auto* real = std::get_if<workloads::FloatNetwork>(&model);
  if (real == nullptr) {
    Start start{load_quantised(options.network, options.data, options.quantise, threads), {}};
    start.values = workloads::starting_values(start.shape);
    return start;
  }
  const workloads::PixelScale pixels = pixel_scale_of(options.quantise, *real);
  const workloads::Lowered lowered = workloads::lower(real->name, real->graph, pixels);
  const bool calibrated = real->quantisation && !options.quantise.recalibrates();
  return {workloads::quantise(lowered, calibrated ? *real->quantisation
                                                  : calibrate_on(options.data, options.quantise, *real, lowered, pixels,
                                                                 threads, progress)),
          workloads::starting_values(lowered)};
}

/// With everything that was left open.
TrainOptions resolved(const TrainOptions& options, const workloads::TrainingOptions& training, int samples,
                      const std::filesystem::path& out) {
  TrainOptions whole = options;
  if (!is_given(options.network)) whole.bits = options.bits.value_or(kBits);
  whole.float_epochs = training.float_epochs;
  whole.quantised_epochs = training.quantised_epochs;
  whole.learning_rate = training.learning_rate;
  whole.quantised_learning_rate = training.quantised_learning_rate;
  whole.batch_size = training.batch_size;
  whole.samples = samples;
  whole.wanted_threads = training.threads;
  std::optional<Duplication> none;
  if (options.noise.kind) use_resolved_architecture(whole, whole.noise.chip, none, out);
  return whole;
}

/// Where the result goes. A checkpoint belongs to a folder, so one that still waits for its result is not passed by.
std::filesystem::path folder_of(const TrainOptions& options, const std::string& data) {
  if (!options.out.empty()) return options.out;
  const std::string network_and_data =
      is_given(options.network) ? fmt::format("{}-{}", std::filesystem::path(options.network).stem().string(), data)
                                : fmt::format("{}-{}-{}b", options.network, data, options.bits.value_or(kBits));
  const std::filesystem::path wanted =
      fmt::format("results/train-{}{}", network_and_data,
                  options.noise.kind ? std::string("-") + choice_text(*options.noise.kind) : "");
  const bool waiting = std::filesystem::exists(wanted.string() + ".checkpoint") && !std::filesystem::exists(wanted);
  return waiting ? wanted : sim::unused_folder(wanted);
}

int train(const TrainOptions& options, const std::vector<std::string>& arguments) {
  check_options(options);
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  workloads::Dataset data =
      workloads::load_dataset(options.data, workloads::Split::train, options.samples.value_or(0), data_search_path());
  if (data.samples() < options.samples.value_or(0))
    throw InputError(sim::option_name(options, &options.samples), "",
                     fmt::format("{} asked for, {} has {}", *options.samples, options.data, data.samples()));
  const auto test = workloads::load_dataset(options.data, workloads::Split::test, 0, data_search_path());
  Progress progress(options.quiet);
  Start start = start_of(options, data, thread_count(options), progress);
  const workloads::Network& shape = start.shape;
  const std::filesystem::path out = folder_of(options, data.name);
  sim::check_result_folder(out, options.force);

  progress.begin("training");
  workloads::TrainingOptions training;
  if (!start.values.empty()) {
    training.float_epochs = 0;
    training.quantised_learning_rate = kFurtherLearningRate;
  }
  training.start = std::move(start.values);
  training.batch_norm = !is_given(options.network) && workloads::has_batch_norm(options.network);
  training.mirror = options.mirror;
  if (options.learning_rate) training.learning_rate = *options.learning_rate;
  if (options.quantised_learning_rate) training.quantised_learning_rate = *options.quantised_learning_rate;
  if (options.batch_size) training.batch_size = *options.batch_size;
  if (options.float_epochs) training.float_epochs = *options.float_epochs;
  if (options.quantised_epochs) training.quantised_epochs = *options.quantised_epochs;
  training.seed = options.seed;
  training.threads = thread_count(options);
  training.test = &test;
  training.progress = [&](const workloads::TrainingProgress& now) {
    const std::int64_t total = std::int64_t{now.epochs} * now.samples_per_epoch;
    const std::int64_t done = std::int64_t{now.epoch - 1} * now.samples_per_epoch + now.samples;
    progress.update(static_cast<int>(done * 1000 / total), 1000);
  };
  sim::TrainingReport report;
  std::string architecture;
  const int all_samples = data.samples();
  if (options.noise.kind) {
    sim::KppJudge judge;
    judge.architecture = given_architecture(options.noise.chip, options.set);
    judge.data = sim::hold_out(data, options.noise.validation, sim::option_name(options, &options.noise.validation));
    judge.share = options.noise.kpp;
    judge.instances = options.noise.instances;
    judge.seed = options.seed;
    judge.threads = training.threads;
    sim::check(judge);
    architecture = to_json(judge.architecture).dump(2) + "\n";
    report.judged = {judge.architecture.name, judge.data.samples(), percent_of(options.noise.kpp),
                     options.noise.instances};
    training.noise.kind = *options.noise.kind;
    training.noise.threshold = options.noise.threshold;
    training.noise.zero_mean = options.noise.zero_mean;
    training.noise.sigma_low = options.noise.sigma_min;
    training.noise.sigma_high = options.noise.sigma_max;
    training.noise.mid_level_factor = options.noise.mid_level_factor;
    training.noise.judged_by = judge.identity();
    training.noise.judge = [judge = std::move(judge)](const workloads::Network& network, int epoch, int) {
      return judge(network, epoch);
    };
  }
  training.finished_epoch = [&](const workloads::EpochRecord& record) { report.epochs.push_back(record); };
  // Beside the folder, which is written whole at the end.
  training.checkpoint = out;
  training.checkpoint += ".checkpoint";
  Interruption interruption(training.checkpoint, "epochs");
  saying_what_is_kept(training.checkpoint, [&] {
    const workloads::Network network = workloads::train(shape, data, training);
    progress.clear();

    report.network = network.name;
    report.data = data.name;
    report.samples = data.samples();
    report.accuracy = reference_accuracy(network, test, thread_count(options));
    report.float_accuracy = network.float_accuracy;
    report.seed = options.seed;
    report.noise = training.noise;
    const std::string repeat = manifest.note("train", resolved(options, training, all_samples, out), out);
    manifest["threads"] = training.threads;
    std::vector<sim::OutputFile> files = {{"manifest.json", manifest.text()},
                                          {"report.html", sim::training_page(report, {kVersion, repeat, architecture})},
                                          {"network.onnx", workloads::write_onnx(network)}};
    if (!architecture.empty()) files.push_back({"architecture.json", architecture});
    write_and_print(options, out, sim::result_of(report), repeat, files, options.force,
                    sim::training_text(report) +
                        fmt::format("Result: {} (network.onnx, report.html, result.json, result.csv, manifest.json)\n",
                                    out.string()));
    std::error_code ignored;
    std::filesystem::remove(training.checkpoint, ignored);
  });
  return kOk;
}

}  // namespace
}  // namespace nvcim::cli

int main(int argc, char** argv) {
  using namespace nvcim::cli;
  reserve_standard_descriptors();
  CLI::App program("", "nvcim");
  program.require_subcommand(1);
  TrainOptions options;
  add_train_options(program, options);
  const std::vector<std::string> arguments(argv, argv + argc);
  Action action = [&] { return train(options, arguments); };
  return parse_and_run(program, argc, argv, action);
}
