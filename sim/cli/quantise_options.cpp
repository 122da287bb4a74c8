// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/quantise_options.h"

#include <fmt/format.h>

#include "arch/input_error.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/studies/options/option_list.h"
#include "workloads/dataset.h"
#include "workloads/stand_in.h"

namespace nvcim::cli {
namespace {

constexpr int kBits = 8;
constexpr int kCalibrationSamples = 512;

}  // namespace

workloads::PixelScale pixel_scale_of(const QuantiseOptions& options, const workloads::FloatNetwork& network) {
  const int channels = network.graph.input().channels;
  if (options.normalise.empty()) {
    if (network.pixels) return *network.pixels;
    throw InputError(network.name, "",
                     "is in floating point and does not say how pixels become inputs: give --normalize MEAN/STD as in "
                     "training, or none for pixel / 255");
  }
  auto [mean, deviation] = sim::mean_and_deviation(options.normalise);
  for (auto* list : {&mean, &deviation}) {
    if (list->size() == 1) list->assign(channels, list->front());
    if (list->size() != std::size_t(channels))
      throw InputError(sim::option_name(options, &options.normalise), "",
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
        data_option(), "",
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
  quantisation.per_channel = options.weight_scales != sim::WeightScales::tensor;
  quantisation.activation_bits = options.activation_bits.value_or(kBits);
  quantisation.data = lasting(name, is_data_name(name));
  progress.begin("calibration");
  workloads::CalibrationOptions how;
  how.method = options.ranges.value_or(workloads::RangeMethod::squared_error);
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
      throw InputError(name_or_path, "",
                       fmt::format("is quantised as it is: {} are for networks in floating point",
                                   sim::option_names<QuantiseOptions>()));
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
