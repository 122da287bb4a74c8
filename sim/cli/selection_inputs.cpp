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

using mapping::Granularity;
using mapping::SelectionMethod;
using mapping::SelectionOrder;

namespace {

constexpr std::string_view kFile = "file:";

/// Doubles as bytes, all nodes after each other.
std::string bytes_of(const mapping::WeightValues& values) {
  std::string bytes;
  for (const auto& of_node : values)
    bytes.append(reinterpret_cast<const char*>(of_node.data()), of_node.size() * sizeof(double));
  return bytes;
}

}  // namespace

const std::map<std::string, SelectionMethod>& selection_methods() {
  static const std::map<std::string, SelectionMethod> names = {{"swim", SelectionMethod::swim},
                                                               {"magnitude", SelectionMethod::magnitude},
                                                               {"random", SelectionMethod::random},
                                                               {"layer_order", SelectionMethod::layer_order}};
  return names;
}

const std::map<std::string, Granularity>& granularities() {
  static const std::map<std::string, Granularity> names = {{"weight", Granularity::weight},
                                                           {"cell", Granularity::cell},
                                                           {"row", Granularity::row},
                                                           {"crossbar", Granularity::crossbar}};
  return names;
}

const std::map<std::string, SelectionOrder>& orders() {
  static const std::map<std::string, SelectionOrder> names = {{"per_cycle", SelectionOrder::per_cycle},
                                                              {"per_time", SelectionOrder::per_time}};
  return names;
}

bool parse_method(const std::string& text, SelectionMethod& method, std::string& file) {
  file.clear();
  if (text.starts_with(kFile)) {
    method = SelectionMethod::file;
    file = text.substr(kFile.size());
    return !file.empty();
  }
  const auto named = selection_methods().find(text);
  if (named == selection_methods().end()) return false;
  method = named->second;
  return true;
}

CLI::Validator is_method(std::vector<std::string> more) {
  const auto check = [more](std::string& text) -> std::string {
    SelectionMethod method;
    std::string file;
    if (std::count(more.begin(), more.end(), text) > 0 || parse_method(text, method, file)) return "";
    std::string allowed = "swim, magnitude, random, layer_order, file:PATH";
    for (const std::string& name : more) allowed += ", " + name;
    std::vector<std::string> names = more;
    for (const auto& [name, value] : selection_methods()) names.push_back(name);
    const std::string near = nearest_name(text, names);
    return fmt::format("{} is not a method;{} allowed: {}", text.empty() ? "nothing" : text,
                       near.empty() ? "" : fmt::format(" did you mean \"{}\"?", near), allowed);
  };
  return CLI::Validator(check, "", "");
}

bool parse_sweep_method(const std::string& text, const sim::SweepMethod& defaults, sim::SweepMethod& method,
                        std::string& file) {
  method = defaults;
  if (text == "in_situ") {
    method.in_situ = true;
    return true;
  }
  if (text.starts_with("file:")) return parse_method(text, method.method, file);
  std::size_t end = text.find('/');
  if (!parse_method(text.substr(0, end), method.method, file)) return false;
  while (end != std::string::npos) {
    const std::size_t begin = end + 1;
    end = text.find('/', begin);
    const std::string word = text.substr(begin, end == std::string::npos ? end : end - begin);
    if (const auto granularity = granularities().find(word); granularity != granularities().end())
      method.granularity = granularity->second;
    else if (const auto order = orders().find(word); order != orders().end())
      method.order = order->second;
    else
      return false;
  }
  return true;
}

void add_measured_curvature_options(CLI::App& command, CurvatureOptions& options) {
  command.add_option("--sensitivity", options.sensitivity, "recursion (one pass) or gauss_newton (exact), for swim")
      ->type_name("NAME")
      ->check(is_one_of({"recursion", "gauss_newton"}))
      ->capture_default_str();
  command
      .add_option("--sensitivity-samples", options.sensitivity_samples,
                  "Training samples behind the sensitivity; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
}

void add_curvature_options(CLI::App& command, CurvatureOptions& options) {
  add_measured_curvature_options(command, options);
  command
      .add_option("--sensitivity-file", options.sensitivity_file,
                  "Sensitivity from nvcim sensitivity instead of measuring it")
      ->type_name("FILE")
      ->excludes("--sensitivity")
      ->excludes("--sensitivity-samples");
}

std::vector<std::string> curvature_words(const CurvatureOptions& options, const std::filesystem::path& from) {
  if (!options.sensitivity_file.empty()) return {"--sensitivity-file", lasting(options.sensitivity_file, false, from)};
  return {"--sensitivity", options.sensitivity, "--sensitivity-samples",
          fmt::format("{}", options.sensitivity_samples)};
}

Curvature get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress) {
  if (!options.sensitivity_file.empty()) {
    mapping::WeightValuesFile file = mapping::load_weight_values(options.sensitivity_file, network);
    return {std::move(file.values), file.holds.empty() ? options.sensitivity_file : file.holds};
  }
  sim::SensitivityRequest request;
  request.network = network;
  request.data =
      workloads::load_dataset(data_name, workloads::Split::train, options.sensitivity_samples, data_search_path());
  sim::check_data(network, request.data);
  request.method = options.sensitivity == "recursion" ? workloads::SensitivityMethod::recursion
                                                      : workloads::SensitivityMethod::gauss_newton;
  progress.begin("sensitivity");
  const workloads::Sensitivity measured =
      workloads::measure_sensitivity(network, request.data.pixels, request.data.samples(),
                                     {.method = request.method, .threads = threads, .progress = progress.callback()});
  return {sim::curvature_of(network, measured), sim::sensitivity_origin(request)};
}

mapping::WeightValues get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                                    const std::string& data_name, int threads, Progress& progress, sim::Ranks& ranks) {
  const std::string bytes =
      ranks.from_lead([&] { return bytes_of(get_curvature(options, network, data_name, threads, progress).values); });
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

void add_verify_options(CLI::App& command, VerifyOptions& options) {
  command.add_option("--granularity", options.granularity, "What is verified as a whole")
      ->type_name("NAME")
      ->check(is_name_of(granularities()))
      ->capture_default_str();
  add_measured_curvature_options(command, options.curvature);
}

std::vector<std::string> verify_words(const VerifyOptions& options, const std::filesystem::path& from) {
  std::vector<std::string> words = {"--granularity", options.granularity};
  for (std::string& word : curvature_words(options.curvature, from)) words.push_back(std::move(word));
  return words;
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
