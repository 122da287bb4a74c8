// SPDX-License-Identifier: Apache-2.0
#include "workloads/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "arch/check.h"
#include "arch/input_error.h"
#include "arch/json_input.h"
#include "arch/output_file.h"
#include "arch/printable.h"
#include "workloads/gzip_file.h"
#include "workloads/onnx_read.h"
#include "workloads/onnx_stored.h"
#include "workloads/stand_in.h"
#include "workloads/zoo_files.h"

namespace nvcim::workloads {

namespace {

constexpr std::size_t kModelSizeLimit = std::size_t{1} << 29;

[[noreturn]] void refuse_name(const std::string& name) {
  if (is_stand_in(name))
    throw InputError(name, "",
                     fmt::format("is a shape without weights: nvcim run --workload {0} --data none gives its latency, "
                                 "energy and area, nvcim train {0} trains it",
                                 name));
  std::vector<std::string> names;
  for (const ZooEntry& entry : zoo()) names.push_back(entry.name);
  const std::string near = nearest_name(name, names);
  throw InputError(name, "",
                   fmt::format("is neither a file nor a network that ships with the program ({}){}",
                               fmt::join(names, ", "), near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

/// Names go to terminals, tables and other files.
AnyNetwork with_printable_names(AnyNetwork model) {
  if (auto* network = std::get_if<Network>(&model)) {
    network->name = printable(network->name);
    network->data = printable(network->data);
    for (Node& node : network->nodes) node.name = printable(node.name);
  } else {
    auto& real = std::get<FloatNetwork>(model);
    real.name = printable(real.name);
    if (real.quantisation) real.quantisation->data = printable(real.quantisation->data);
  }
  return model;
}

AnyNetwork read_model(const std::string& name) {
  for (const ZooEntry& entry : zoo())
    if (entry.name == name) return read_onnx(name, zoo_file(name + ".onnx"));
  std::error_code error;
  if (!std::filesystem::exists(name, error)) refuse_name(name);
  const std::vector<std::uint8_t> bytes = read_file(name, kModelSizeLimit);
  std::filesystem::path folder = std::filesystem::path(name).parent_path();
  if (folder.empty()) folder = ".";
  if (is_float_onnx(bytes)) return read_float_onnx(name, bytes, folder);
  if (std::optional<Network> stored = read_stored_network(name, bytes)) return std::move(*stored);
  // Chains are read to the last bit of every scale; other graphs by way of real numbers. What neither reads is refused
  // by the one that gets further.
  std::optional<InputError> of_chain;
  try {
    return read_onnx(name, bytes);
  } catch (const InputError& refusal) {
    of_chain = refusal;
  }
  try {
    return read_quantised_graph(name, bytes, folder);
  } catch (const InputError& refusal) {
    if (refusal.issues().size() < of_chain->issues().size()) throw;
  }
  throw InputError(*of_chain);
}

}  // namespace

std::vector<std::uint8_t> model_bytes(const std::string& file) {
  return read_file(file, kModelSizeLimit);
}

AnyNetwork load_model(std::string_view name_or_file) {
  return with_printable_names(read_model(std::string(name_or_file)));
}

Network quantise(const FloatNetwork& network, const PixelScale& pixels, const Quantisation& quantisation) {
  return quantise(lower(network.name, network.graph, pixels), quantisation);
}

Network load_network(std::string_view name_or_file) {
  AnyNetwork model = load_model(name_or_file);
  if (auto* network = std::get_if<Network>(&model)) return std::move(*network);
  const auto& network = std::get<FloatNetwork>(model);
  if (network.quantisation && network.pixels) return quantise(network, *network.pixels, *network.quantisation);
  throw InputError(std::string(name_or_file), "",
                   "is in floating point and must be quantised: say with --normalize how pixels become inputs and with "
                   "--data which set to calibrate on, or keep it calibrated with: nvcim workload FILE --data NAME "
                   "--normalize MEAN/STD --save calibrated.onnx");
}

void save_network(const Network& network, const std::filesystem::path& file) {
  std::error_code error;
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), error))
    throw InputError(file.string(), "",
                     fmt::format("cannot be written: there is no folder {}", file.parent_path().string()));
  write_file(file, write_onnx(network));
}

}  // namespace nvcim::workloads
