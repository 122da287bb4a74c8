// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/selection_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "arch/check.h"
#include "arch/input_error.h"
#include "arch/json_input.h"
#include "mapping/selection/weight_values_file.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/studies/run.h"
#include "sim/studies/sensitivity.h"
#include "workloads/dataset.h"

namespace nvcim::cli {

namespace {

/// Doubles as bytes, all nodes after each other.
std::string bytes_of(const mapping::WeightValues& values) {
  std::string bytes;
  for (const auto& of_node : values)
    bytes.append(reinterpret_cast<const char*>(of_node.data()), of_node.size() * sizeof(double));
  return bytes;
}

}  // namespace

Curvature get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress) {
  sim::SensitivityRequest request;
  request.network = network;
  request.data =
      workloads::load_dataset(data_name, workloads::Split::train, options.sensitivity_samples, data_search_path());
  sim::check_data(network, request.data);
  request.method = options.sensitivity;
  progress.begin("sensitivity");
  const workloads::Sensitivity measured =
      workloads::measure_sensitivity(network, request.data.pixels, request.data.samples(),
                                     {.method = request.method, .threads = threads, .progress = progress.callback()});
  return {sim::curvature_of(network, measured), sim::sensitivity_origin(request)};
}

Curvature get_curvature(const CurvatureOrFileOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress) {
  if (options.sensitivity_file.empty())
    return get_curvature(static_cast<const CurvatureOptions&>(options), network, data_name, threads, progress);
  mapping::WeightValuesFile file = mapping::load_weight_values(options.sensitivity_file, network);
  return {std::move(file.values), file.holds.empty() ? options.sensitivity_file : file.holds};
}

mapping::WeightValues from_lead(const workloads::Network& network, sim::Ranks& ranks,
                                const std::function<Curvature()>& get) {
  const std::string bytes = ranks.from_lead([&] { return bytes_of(get().values); });
  mapping::WeightValues curvature;
  std::size_t at = 0;
  for (const workloads::Node& node : network.nodes) {
    std::vector<double>& of_node = curvature.emplace_back(node.mvm.weights.size());
    NVCIM_CHECK(at + of_node.size() * sizeof(double) <= bytes.size(), "{} bytes", bytes.size());
    std::memcpy(of_node.data(), bytes.data() + at, of_node.size() * sizeof(double));
    at += of_node.size() * sizeof(double);
  }
  return curvature;
}

mapping::WeightValues load_scores(const std::string& file, const workloads::Network& network) {
  mapping::WeightValues values = mapping::load_weight_values(file, network).values;
  for (std::size_t n = 0; n < values.size(); ++n)
    for (std::size_t i = 0; i < values[n].size(); ++i)
      if (values[n][i] < 0)
        throw InputError(file, fmt::format("layer {}, weight {}", network.nodes[n].name, i),
                         fmt::format("{} is negative; a score says how much a weight matters", values[n][i]));
  return values;
}

}  // namespace nvcim::cli
