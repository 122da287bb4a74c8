// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/verify_options.h"

#include <fmt/format.h>

#include <cstring>

#include "arch/check.h"
#include "sim/cli/data_path.h"
#include "sim/studies/run.h"
#include "workloads/dataset.h"
#include "workloads/sensitivity.h"

namespace nvcim::cli {
namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

/// Doubles as bytes, all nodes after each other.
std::string bytes_of(const mapping::WeightValues& values) {
  std::string bytes;
  for (const auto& of_node : values)
    bytes.append(reinterpret_cast<const char*>(of_node.data()), of_node.size() * sizeof(double));
  return bytes;
}

}  // namespace

const std::map<std::string, mapping::SelectionMethod> kSelectionMethods = {
    {"swim", mapping::SelectionMethod::swim},
    {"magnitude", mapping::SelectionMethod::magnitude},
    {"random", mapping::SelectionMethod::random},
    {"layer_order", mapping::SelectionMethod::layer_order}};
const std::map<std::string, mapping::Granularity> kGranularities = {{"weight", mapping::Granularity::weight},
                                                                    {"cell", mapping::Granularity::cell},
                                                                    {"row", mapping::Granularity::row},
                                                                    {"crossbar", mapping::Granularity::crossbar}};

void add_verify_options(CLI::App& command, VerifyOptions& options) {
  command.add_option("--granularity", options.granularity, "What is verified as a whole")
      ->type_name("NAME")
      ->check(CLI::IsMember(keys_of(kGranularities)))
      ->capture_default_str();
  command.add_option("--sensitivity", options.sensitivity, "recursion (one pass) or gauss_newton (exact)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"recursion", "gauss_newton"}))
      ->capture_default_str();
  command
      .add_option("--sensitivity-samples", options.sensitivity_samples,
                  "Training samples behind the sensitivity; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
}

std::vector<std::string> verify_words(const VerifyOptions& options) {
  return {"--granularity",     options.granularity,     "--sensitivity",
          options.sensitivity, "--sensitivity-samples", fmt::format("{}", options.sensitivity_samples)};
}

CLI::Validator is_selection_method() {
  return CLI::IsMember(keys_of(kSelectionMethods));
}

mapping::WeightValues measure_curvature(const VerifyOptions& options, const workloads::Network& network,
                                        const std::string& data_name, int threads, Progress& progress,
                                        sim::Ranks& ranks) {
  // Sums of floating point numbers may differ between machines, so one rank measures for all.
  const std::string bytes = ranks.from_lead([&] {
    const workloads::Dataset data =
        workloads::load_dataset(data_name, workloads::Split::train, options.sensitivity_samples, data_search_path());
    sim::check_data(network, data);
    workloads::SensitivityOptions how;
    how.method = options.sensitivity == "recursion" ? workloads::SensitivityMethod::recursion
                                                    : workloads::SensitivityMethod::gauss_newton;
    how.threads = threads;
    progress.begin("sensitivity");
    how.progress = progress.callback();
    const workloads::Sensitivity measured = workloads::measure_sensitivity(network, data.pixels, data.samples(), how);
    mapping::WeightValues curvature(network.nodes.size());
    for (const workloads::LayerSensitivity& layer : measured.layers) curvature[layer.node] = layer.curvature;
    return bytes_of(curvature);
  });
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

}  // namespace nvcim::cli
