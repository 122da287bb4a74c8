// SPDX-License-Identifier: Apache-2.0
// Every study takes a network that is no chain: residual block, branches, depthwise and dilated convolutions, tables.
#include <gmock/gmock.h>

#include "arch/load.h"
#include "sim/studies/monte_carlo.h"
#include "sim/studies/program.h"
#include "sim/studies/run.h"
#include "sim/studies/select.h"
#include "sim/studies/sweep.h"
#include "sim/studies/worst_case.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"
#include "workloads/sensitivity.h"

namespace nvcim::sim {
namespace {

using mapping::SelectionMethod;
using testing::GraphBuilder;
using workloads::kNetworkInput;
using workloads::Network;
using workloads::Window;

constexpr int kClasses = 4;
constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};

Network small_graph() {
  GraphBuilder graph({1, 6, 6}, 8, 4);
  const int first = graph.convolution(kNetworkInput, {.outputs = 4, .window = kSame, .weight_bits = 4});
  const int depthwise = graph.convolution(first, {.outputs = 4, .window = kSame, .groups = 4, .weight_bits = 4});
  const int sum = graph.add({depthwise, first});
  const int dilated =
      graph.convolution(sum, {.outputs = 3, .window = {3, 3, 1, 1, 2, 2, 2, 2}, .dilation = 2, .weight_bits = 4});
  const int both = graph.concat({dilated, graph.shortcut(sum, 6, 1)});
  Network network = graph.logits(graph.pool(both, workloads::PoolKind::average, {2, 2, 2, 2}), kClasses, 4);
  for (workloads::Node& node : network.nodes) node.mvm.bias.assign(node.mvm.bias.size(), 0);
  network.nodes.back().mvm.weight_scale = 1e-3;
  return network;
}

/// The network's own answers are the labels: a chip without deviations is always right.
workloads::Dataset answers(const Network& network, int samples, std::uint64_t seed) {
  workloads::Dataset data;
  data.name = "random";
  data.shape = network.input;
  data.classes = kClasses;
  data.pixels = testing::random_images(network, samples, seed);
  const auto logits = workloads::reference_logits(network, data.pixels, samples);
  for (int s = 0; s < samples; ++s)
    data.labels.push_back(static_cast<std::uint8_t>(
        workloads::predicted_class(std::span(logits).subspan(std::size_t(s) * kClasses, kClasses))));
  return data;
}

Architecture noisy() {
  Architecture architecture = load_architecture("swim_paper");
  architecture.device.sigma = 0.5;
  return architecture;
}

mapping::WeightValues curvature_of(const Network& network, const workloads::Dataset& data) {
  mapping::WeightValues values(network.nodes.size());
  for (auto& layer : workloads::measure_sensitivity(network, data.pixels, data.samples()).layers)
    values[layer.node] = layer.curvature;
  return values;
}

TEST(GraphStudies, RunComparesBothEnginesAndReportsEveryNode) {
  RunRequest request;
  request.architecture = load_architecture("rram_1t1r_128");
  request.network = small_graph();
  request.data = answers(request.network, 20, 2);
  request.cycle_samples = 3;
  const RunOutcome outcome = run_network(request);
  const RunReport report = report_run(request, outcome);
  std::vector<std::string> kinds;
  for (const LayerRow& row : report.layers) kinds.push_back(row.kind);
  EXPECT_THAT(kinds, ::testing::ElementsAre("input", "convolution", "convolution", "sum", "convolution",
                                            "rearrangement", "concatenation", "pooling", "linear"));
  for (std::size_t node = 1; node < report.layers.size(); ++node) {
    ASSERT_TRUE(report.layers[node].end.has_value());
    EXPECT_GT(*report.layers[node].end, 0) << report.layers[node].name;
  }
}

TEST(GraphStudies, ProgramsTheSameInBothEngines) {
  ProgramRequest request;
  request.architecture = load_architecture("rram_1t1r_128");
  request.network = small_graph();
  const ProgramOutcome outcome = program_chip(request);
  EXPECT_EQ(outcome.write_plan.verified_cells(), outcome.write_plan.cells());
}

TEST(GraphStudies, SelectChoosesWithinTheBudget) {
  SelectRequest request;
  request.architecture = load_architecture("rram_1t1r_128");
  request.network = small_graph();
  request.values = curvature_of(request.network, answers(request.network, 30, 5));
  request.budget = 0.2;
  const SelectOutcome outcome = run_select(request);
  EXPECT_LE(outcome.nwc, 0.2);
  EXPECT_GT(outcome.loss_removed, 0.2 * outcome.all_loss);
}

TEST(GraphStudies, MonteCarloAndSweepSeeThatVerifyingHelps) {
  MonteCarloRequest chips;
  chips.architecture = noisy();
  chips.network = small_graph();
  chips.data = answers(chips.network, 60, 2);
  chips.instances = 10;
  OneProcess alone;
  EXPECT_EQ(run_monte_carlo(chips, alone).reference_accuracy, 1);

  SweepRequest sweep;
  sweep.architecture = chips.architecture;
  sweep.network = chips.network;
  sweep.data = chips.data;
  sweep.curvature = curvature_of(sweep.network, answers(sweep.network, 60, 5));
  sweep.budgets = {0, 0.3, 1};
  sweep.methods = {{SelectionMethod::swim}, {SelectionMethod::random}};
  sweep.instances = 6;
  const SweepResult result = run_sweep(sweep, alone);
  EXPECT_LT(spread_of(result.at(0, 0, 3).accuracy).mean, spread_of(result.at(0, 2, 3).accuracy).mean);
}

TEST(GraphStudies, WorstCaseFindsDeviationsThatMislead) {
  WorstCaseRequest request;
  request.architecture = load_architecture("swim_paper");
  request.networks = {small_graph()};
  request.search = answers(request.networks[0], 120, 2);
  request.data = answers(request.networks[0], 60, 3);
  request.search_split = "train";
  request.bounds = {0.1};
  request.methods = {SearchMethod::pgd};
  OneProcess alone;
  const WorstCaseResult result = run_worst_case(request, alone);
  ASSERT_EQ(result.found.size(), 1u);
  EXPECT_LT(result.found[0].correct, 40);
  EXPECT_LE(result.found[0].extent.largest_tight, 0.1);
}

}  // namespace
}  // namespace nvcim::sim
