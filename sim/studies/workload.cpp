// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/workload.h"

#include <fmt/format.h>

#include <chrono>
#include <set>

#include "arch/input_error.h"
#include "mapping/plan.h"
#include "sim/report/metrics.h"
#include "sim/report/terminal.h"
#include "sim/studies/run.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::sim {
namespace {

using workloads::Node;

constexpr std::size_t kNameWidth = 32;

std::string operation_of(const Node& node) {
  if (!node.is_mvm()) return workloads::operator_of(node).text(node);
  const workloads::MvmLayer& mvm = node.mvm;
  std::string text = mvm.is_linear ? "fully connected" : "convolution " + workloads::window_text(mvm.window);
  if (mvm.groups > 1) text += fmt::format(", {} groups", mvm.groups);
  if (mvm.dilation_h > 1 || mvm.dilation_w > 1)
    text += fmt::format(", dilation {} x {}", mvm.dilation_h, mvm.dilation_w);
  return text;
}

std::string unit_of(const Node& node) {
  if (node.is_mvm()) return "crossbars";
  switch (workloads::operator_of(node).unit()) {
    case workloads::DigitalUnit::pooling:
      return "pooling unit";
    case workloads::DigitalUnit::activation:
      return "activation unit";
    case workloads::DigitalUnit::buffer:
      break;
  }
  return "buffer";
}

/// The plan on a chip of this kind that is large enough; none, and why, where no size helps.
std::optional<mapping::Plan> roomy_plan(const WorkloadRequest& request, std::string& why) {
  Architecture architecture = request.architecture;
  constexpr int kMostDoublings = 12;
  for (int doubling = 0; doubling <= kMostDoublings; ++doubling) {
    try {
      return mapping::make_plan(architecture, request.network);
    } catch (const InputError& error) {
      why = error.issues().front().text();
    }
    (doubling % 2 == 0 ? architecture.chip.mesh_rows : architecture.chip.mesh_columns) *= 2;
  }
  return std::nullopt;
}

double share(int correct, int samples) {
  return static_cast<double>(correct) / samples;
}

/// Seconds that work() takes.
template <class Work>
double timed(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(const WorkloadRequest& request, WorkloadStudy& study) {
  const workloads::Dataset& data = *request.data;
  check_data(request.network, data);
  const workloads::InferenceOptions options{.threads = request.threads, .progress = request.progress, .observe = {}};
  const auto begin = [&](const char* what) {
    if (request.begin) request.begin(what);
  };
  if (request.graph != nullptr) {
    begin("floating point");
    study.float_seconds = timed([&] {
      const auto logits = workloads::infer(*request.graph, *request.pixels, data.pixels, data.samples(), options);
      study.float_accuracy = share(workloads::count_correct(logits, data.labels), data.samples());
    });
  }
  if (!request.quantised) return;
  begin("quantised network");
  study.seconds = timed([&] {
    const auto logits = workloads::infer(request.network, data.pixels, data.samples(), options);
    study.accuracy = share(workloads::count_correct(logits, data.labels), data.samples());
  });
}

}  // namespace

WorkloadStudy run_workload(const WorkloadRequest& request) {
  WorkloadStudy study;
  const std::optional<mapping::Plan> plan = roomy_plan(request, study.not_placed);
  if (plan) {
    study.not_placed.clear();
    study.crossbars = plan->crossbars_used;
    study.utilization = plan->utilization;
  }
  for (std::size_t n = 0; n < request.network.nodes.size(); ++n) {
    const Node& node = request.network.nodes[n];
    WorkloadLayer layer{node.name, operation_of(node), unit_of(node), node.output};
    if (node.is_mvm()) {
      layer.macs = node.macs();
      layer.parameters = std::int64_t{node.matrix_rows()} * node.outputs() + node.outputs();
      std::set<int> crossbars;
      if (plan)
        for (const int block : plan->layers[plan->layer_of_node[n]].blocks)
          crossbars.insert(plan->blocks[block].crossbar);
      layer.crossbars = static_cast<int>(crossbars.size());
    }
    study.macs += layer.macs;
    study.parameters += layer.parameters;
    study.layers.push_back(std::move(layer));
  }
  study.available = request.architecture.chip.tiles() * request.architecture.tile.crossbars;
  if (request.data) measure(request, study);
  return study;
}

Result result_of(const WorkloadRequest& request, const WorkloadStudy& study) {
  Result result{
      {.study = "workload", .seed = {}, .architecture = request.architecture.name, .workload = request.network.name}};
  if (study.float_accuracy) result.add("accuracy.float", *study.float_accuracy);
  if (study.accuracy) result.add("accuracy.reference", *study.accuracy);
  if (request.data) {
    result.add("accuracy.samples", request.data->samples());
    result.tell("data", request.data->name, "data set or folder of the samples");
  }
  result.add("macs.inference", double(study.macs));
  result.add("network.parameters", double(study.parameters));
  result.add("crossbars.available", study.available);
  if (study.not_placed.empty()) {
    result.add("crossbars.needed", study.crossbars);
    result.add("utilization.crossbar", study.utilization);
  } else {
    result.tell("not_placed", study.not_placed, "why no chip of this kind holds the network, however large");
  }
  ResultTable layers{"layers",
                     {{"layer", "text", "name of the node"},
                      {"operation", "text", "what it does"},
                      {"runs_on", "text", "crossbars, or the digital unit that does it"},
                      {"channels", "count", "of its output"},
                      {"height", "count", "of its output, in pixels"},
                      {"width", "count", "of its output, in pixels"},
                      {"macs", "count", "multiply-accumulates of one inference"},
                      {"parameters", "count", "weights and biases"},
                      {"crossbars", "count", "crossbars that hold some of it"}}};
  for (const WorkloadLayer& layer : study.layers)
    layers.rows.push_back({layer.name, layer.operation, layer.unit, layer.output.channels, layer.output.height,
                           layer.output.width, layer.macs, layer.parameters, layer.crossbars});
  result.tables.push_back(std::move(layers));
  return result;
}

std::string workload_table(const WorkloadRequest& request, const WorkloadStudy& study) {
  const auto count = [](std::int64_t value) { return value == 0 ? "" : format_metric(double(value), "count"); };
  std::vector<std::vector<std::string>> rows = {
      {"layer", "operation", "output", "MACs", "parameters", "runs on", "crossbars"}};
  for (const WorkloadLayer& layer : study.layers)
    rows.push_back({shortened(layer.name, kNameWidth), layer.operation, shape_text(layer.output), count(layer.macs),
                    count(layer.parameters), layer.unit, count(layer.crossbars)});
  rows.push_back({"total", "", "", count(study.macs), count(study.parameters), "", count(study.crossbars)});
  std::string text = fmt::format("{}: {} to {} outputs\n\n", request.network.name, shape_text(request.network.input),
                                 request.network.classes()) +
                     aligned_table(rows, {false, false, false, true, true, false, true});
  if (study.not_placed.empty())
    text += fmt::format("\n{} has {} crossbars{}; {:.1f} % of the cells of those used hold a weight\n",
                        request.architecture.name, format_metric(study.available, "count"),
                        study.crossbars > study.available ? ": the network does not fit" : "", 100 * study.utilization);
  else
    text += fmt::format("\nnot placed: {}\n", study.not_placed);
  if (study.float_accuracy)
    text += fmt::format("accuracy.float      {}  {:.1f} s\n", format_metric(*study.float_accuracy, "fraction"),
                        study.float_seconds);
  if (study.accuracy)
    text += fmt::format("accuracy.reference  {}  quantised, no chip; {:.1f} s\n",
                        format_metric(*study.accuracy, "fraction"), study.seconds);
  if (request.data) text += fmt::format("on {} samples of {}\n", request.data->samples(), request.data->name);
  return text;
}

}  // namespace nvcim::sim
