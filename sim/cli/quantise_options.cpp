// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/quantise_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>

#include "arch/input_error.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "workloads/dataset.h"
#include "workloads/stand_in.h"

namespace nvcim::cli {
namespace {

constexpr int kBits = 8;
constexpr int kCalibrationSamples = 512;

/// Numbers with commas between them; empty where one is none.
std::vector<double> numbers(std::string_view text) {
  std::vector<double> list;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, value);
    if (error != std::errc() || end != text.data() + comma || !std::isfinite(value)) return {};
    list.push_back(value);
    if (comma == text.size()) return list;
    text.remove_prefix(comma + 1);
  }
}

/// Mean and deviation; empty where the text is no such pair.
std::pair<std::vector<double>, std::vector<double>> mean_and_deviation(const std::string& text) {
  if (text == "none") return {{0}, {1}};
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {};
  const std::vector<double> mean = numbers(std::string_view(text).substr(0, slash)),
                            deviation = numbers(std::string_view(text).substr(slash + 1));
  for (const double d : deviation)
    if (!(d > 0)) return {};
  if (mean.empty() || deviation.empty()) return {};
  return {mean, deviation};
}

CLI::Validator is_normalisation() {
  const auto check = [](std::string& text) -> std::string {
    return mean_and_deviation(text).first.empty()
               ? text + " is neither MEAN/STD, such as 0.485,0.456,0.406/0.229,0.224,0.225, nor none"
               : "";
  };
  return CLI::Validator(check, "", "");
}

}  // namespace

void add_quantise_options(CLI::App& command, QuantiseOptions& options) {
  const std::string group = "Networks in floating point";
  command
      .add_option(
          "--normalize", options.normalise,
          "Input of a network in floating point: (pixel / 255 - MEAN) / STD, one number or one per channel with "
          "commas; none: pixel / 255. Else what its file says")
      ->type_name("MEAN/STD|none")
      ->check(is_normalisation())
      ->group(group);
  for (const auto& [name, value, what] :
       {std::tuple{"--weight-bits", &options.weight_bits, "Bits of its weights [8]"},
        {"--activation-bits", &options.activation_bits, "Bits of its maps; the image keeps 8 [8]"}})
    command.add_option(name, *value, what)->type_name("N")->check(is_whole(2, 8))->group(group);
  command
      .add_option("--weight-scales", options.weight_scales,
                  "Scales of its weights: one per tensor, or one per output channel, so that each fills the range of "
                  "its cells; the last layer has one [channel]")
      ->type_name("NAME")
      ->check(is_one_of({"tensor", "channel"}))
      ->group(group);
  command
      .add_option("--calibration", options.calibration,
                  fmt::format("Samples from the start of the training set that its ranges are chosen on [{}]",
                              kCalibrationSamples))
      ->type_name("N")
      ->check(at_least(1))
      ->group(group);
  command
      .add_option("--ranges", options.ranges,
                  "Range of its maps: max, percentile (99.99 % of the values) or mse (least squared error) [mse]")
      ->type_name("NAME")
      ->check(is_one_of({"max", "percentile", "mse"}))
      ->group(group);
}

const std::map<std::string, workloads::RangeMethod>& range_methods() {
  static const std::map<std::string, workloads::RangeMethod> table = {
      {"max", workloads::RangeMethod::maximum},
      {"percentile", workloads::RangeMethod::percentile},
      {"mse", workloads::RangeMethod::squared_error}};
  return table;
}

std::vector<std::string> quantise_words(const QuantiseOptions& options) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  const auto text = [](const std::optional<int>& value) { return value ? std::to_string(*value) : ""; };
  add("--normalize", options.normalise);
  add("--weight-bits", text(options.weight_bits));
  add("--weight-scales", options.weight_scales);
  add("--activation-bits", text(options.activation_bits));
  add("--calibration", text(options.calibration));
  add("--ranges", options.ranges);
  return words;
}

workloads::PixelScale pixel_scale_of(const QuantiseOptions& options, const workloads::FloatNetwork& network) {
  const int channels = network.graph.input().channels;
  if (options.normalise.empty()) {
    if (network.pixels) return *network.pixels;
    throw InputError(network.name, "",
                     "is in floating point and does not say how pixels become inputs: give --normalize MEAN/STD as in "
                     "training, or none for pixel / 255");
  }
  auto [mean, deviation] = mean_and_deviation(options.normalise);
  for (auto* list : {&mean, &deviation}) {
    if (list->size() == 1) list->assign(channels, list->front());
    if (list->size() != std::size_t(channels))
      throw InputError("--normalize", "",
                       fmt::format("{} has {} numbers; one, or one for each of {} channels, is wanted",
                                   options.normalise, list->size(), channels));
  }
  return workloads::normalised_pixels(mean, deviation);
}

workloads::Quantisation calibrate_on(const std::string& data, const QuantiseOptions& options,
                                     const workloads::FloatNetwork& network, const workloads::Lowered& lowered,
                                     const workloads::PixelScale& pixels, int threads, Progress& progress) {
  const std::string name = !data.empty() ? data : network.quantisation ? network.quantisation->data : "";
  if (name.empty())
    throw InputError(
        "--data", "",
        network.name + " is in floating point: its ranges are chosen on samples; give a data set or a folder");
  const workloads::Dataset samples = workloads::load_dataset(
      name, workloads::Split::train, options.calibration.value_or(kCalibrationSamples), data_search_path());
  const workloads::Shape& shape = network.graph.input();
  if (samples.shape != shape)
    throw InputError(
        name, "",
        fmt::format("has images of {} x {} x {}, {} takes {} x {} x {}", samples.shape.channels, samples.shape.height,
                    samples.shape.width, network.name, shape.channels, shape.height, shape.width));
  workloads::Quantisation quantisation;
  quantisation.weight_bits = options.weight_bits.value_or(kBits);
  quantisation.per_channel = options.weight_scales != "tensor";
  quantisation.activation_bits = options.activation_bits.value_or(kBits);
  quantisation.data = lasting(name, is_data_name(name));
  progress.begin("calibration");
  workloads::CalibrationOptions how;
  how.method = range_methods().at(options.ranges.empty() ? "mse" : options.ranges);
  how.bits = quantisation.activation_bits;
  how.threads = threads;
  how.progress = progress.callback();
  quantisation.ranges =
      workloads::calibrate(network.graph, lowered.calibrated(), pixels, samples.pixels, samples.samples(), how);
  return quantisation;
}

workloads::Network load_quantised(const std::string& name_or_path, const std::string& data,
                                  const QuantiseOptions& options, int threads) {
  workloads::AnyNetwork model = workloads::load_model(name_or_path);
  if (auto* integers = std::get_if<workloads::Network>(&model)) {
    if (options.any())
      throw InputError(
          name_or_path, "",
          "is quantised as it is: --normalize, --weight-bits, --weight-scales, --activation-bits, --calibration and "
          "--ranges are for networks in floating point");
    // A file that names no network is called after its path, which would differ in a repeat.
    if (integers->name == name_or_path) integers->name = std::filesystem::path(name_or_path).stem().string();
    return std::move(*integers);
  }
  const auto& network = std::get<workloads::FloatNetwork>(model);
  const workloads::PixelScale pixels = pixel_scale_of(options, network);
  const workloads::Lowered lowered = workloads::lower(network.name, network.graph, pixels);
  if (network.quantisation && !options.recalibrates()) return workloads::quantise(lowered, *network.quantisation);
  Progress nothing(true);
  return workloads::quantise(lowered, calibrate_on(data, options, network, lowered, pixels, threads, nothing));
}

workloads::Network load_shape(const std::string& name_or_path, const QuantiseOptions& options) {
  if (workloads::is_stand_in(name_or_path) && !std::filesystem::exists(name_or_path))
    return workloads::stand_in_network(name_or_path, options.weight_bits.value_or(kBits));
  workloads::AnyNetwork model = workloads::load_model(name_or_path);
  const auto* network = std::get_if<workloads::FloatNetwork>(&model);
  if (network == nullptr || (network->quantisation && !options.recalibrates()))
    return load_quantised(name_or_path, "", options, 1);
  return workloads::quantise_shape(workloads::lower(network->name, network->graph, network->pixels),
                                   options.weight_bits.value_or(kBits), options.activation_bits.value_or(kBits));
}

}  // namespace nvcim::cli
