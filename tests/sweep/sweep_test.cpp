// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/plan.h"
#include "sim/parallel/journal.h"
#include "sim/studies/verify_until.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using mapping::Granularity;
using mapping::SelectionMethod;

/// A random network whose own answers are the labels, so that the chip without noise is always right.
SweepRequest small_sweep() {
  SweepRequest request;
  request.architecture = load_architecture("swim_paper");
  request.architecture.device.sigma = 0.6;
  request.network = testing::NetworkBuilder({1, 6, 6}, 8, 4).linear(12, 4).logits(5, 4);
  for (workloads::Node& node : request.network.nodes) node.mvm.bias.assign(node.mvm.bias.size(), 0);
  request.data.name = "random";
  request.data.shape = request.network.input;
  request.data.classes = 5;
  request.data.pixels = testing::random_images(request.network, 60, 2);
  const std::vector<std::int64_t> logits = workloads::reference_logits(request.network, request.data.pixels, 60);
  for (int s = 0; s < 60; ++s)
    request.data.labels.push_back(
        static_cast<std::uint8_t>(workloads::predicted_class(std::span(logits).subspan(s * 5, 5))));
  for (const workloads::Node& node : request.network.nodes) {
    std::vector<double>& of_node = request.curvature.emplace_back();
    for (std::int16_t weight : node.mvm.weights) of_node.push_back(weight * weight);
  }
  request.budgets = {0, 0.3, 1};
  request.methods = {{SelectionMethod::swim}, {SelectionMethod::random}, {SelectionMethod::swim, Granularity::row}};
  request.instances = 6;
  return request;
}

SweepResult run(const SweepRequest& request) {
  OneProcess alone;
  return run_sweep(request, alone);
}

fs::path journal_file(const char* name) {
  const fs::path file = fs::path(::testing::TempDir()) / (std::string("nvcim_sweep_") + name);
  fs::remove(file);
  return file;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Sweep, EndsAreSharedByAllMethodsAndVerifyingHelps) {
  const SweepRequest request = small_sweep();
  const SweepResult result = run(request);
  ASSERT_EQ(result.points.size(), 9u);
  EXPECT_EQ(result.reference_accuracy, 1);
  for (int method = 1; method < 3; ++method)
    for (int budget : {0, 2}) EXPECT_EQ(result.at(method, budget, 3).accuracy, result.at(0, budget, 3).accuracy);
  EXPECT_EQ(result.at(0, 0, 3).nwc, 0);
  EXPECT_EQ(result.at(0, 2, 3).nwc, 1);
  EXPECT_EQ(result.at(0, 2, 3).verified_cells, double(result.cells));
  EXPECT_EQ(result.at(0, 2, 3).rows_touched, double(result.rows));
  EXPECT_LT(spread_of(result.at(0, 0, 3).accuracy).mean, spread_of(result.at(0, 2, 3).accuracy).mean);
}

TEST(Sweep, IsTheSameBytesForAnyThreads) {
  SweepRequest request = small_sweep();
  const std::string one = result_json(result_of(request, run(request)));
  request.threads = 3;
  EXPECT_EQ(result_json(result_of(request, run(request))), one);
}

TEST(Sweep, ResumesAfterAKillWithTheSameBytes) {
  SweepRequest request = small_sweep();
  const std::string whole = result_json(result_of(request, run(request)));
  request.journal = journal_file("resume");
  run(request);
  const std::string journal = text_of(request.journal);
  // Cut anywhere, in the middle of a line too.
  for (std::size_t bytes :
       {std::size_t{0}, std::size_t{5}, journal.find('\n') + 1, journal.size() / 2, journal.size() - 3}) {
    std::ofstream(request.journal, std::ios::binary) << journal.substr(0, bytes);
    EXPECT_EQ(result_json(result_of(request, run(request))), whole) << bytes;
    EXPECT_EQ(text_of(request.journal).size(), journal.size());
  }
}

TEST(Sweep, TakesWhatTheJournalHolds) {
  SweepRequest request = small_sweep();
  request.journal = journal_file("holds");
  run(request);
  std::string journal = text_of(request.journal);
  // Points: nothing, swim at 0.3, everything, random at 0.3, swim/row at 0.3; instance 2 of the second is unit 11.
  const std::size_t line = journal.find("\n11 ") + 1;
  ASSERT_NE(line, 0u);
  const std::string title = journal_title(""),
                    identity = journal.substr(title.size(), journal.find('\n') - title.size());
  journal.replace(line, journal.find('\n', line) - line, journal_line(identity, 11, "17 300 1000 0.001 0.002 100 10"));
  std::ofstream(request.journal, std::ios::binary) << journal;
  EXPECT_DOUBLE_EQ(run(request).at(0, 1, 3).accuracy[2], 17.0 / 60);
}

TEST(Sweep, RefusesTheJournalOfAnotherSweep) {
  SweepRequest request = small_sweep();
  request.journal = journal_file("other");
  run(request);
  request.architecture.device.sigma = 0.2;
  EXPECT_THROW(run(request), InputError);
  std::ofstream(request.journal) << "something else\n";
  EXPECT_THROW(run(request), InputError);
}

TEST(Sweep, ContinuesWithMoreInstances) {
  SweepRequest request = small_sweep();
  request.journal = journal_file("more");
  const SweepResult few = run(request);
  request.instances = 9;
  const SweepResult more = run(request);
  for (std::size_t point = 0; point < few.points.size(); ++point)
    for (int instance = 0; instance < 6; ++instance)
      EXPECT_EQ(more.points[point].accuracy[instance], few.points[point].accuracy[instance]);
}

TEST(Sweep, NamesEveryMistakeAtOnce) {
  SweepRequest request = small_sweep();
  request.budgets = {0.5, 1.5};
  request.curvature.clear();
  request.instances = 0;
  request.methods.push_back({SelectionMethod::random, Granularity::weight, mapping::SelectionOrder::per_time});
  try {
    run(request);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues().size(), 5u);  // swim is there twice
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--budgets: 1.5 is not a share from 0 to 1"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("random/per_time has no value to divide by a time"));
  }
}

TEST(VerifyUntil, StopsAtTheFirstGroupThatMeetsTheTarget) {
  const SweepRequest sweep = small_sweep();
  const mapping::Plan plan = mapping::make_plan(sweep.architecture, sweep.network);
  mapping::SelectionOptions options;
  options.values = sweep.curvature;
  const mapping::Selection selection = mapping::select_cells(sweep.architecture, sweep.network, plan, options);
  VerifyUntilRequest request{sweep.architecture, sweep.network, plan, selection, sweep.data};
  request.group = 0.1;
  request.drop = 0.05;
  const VerifyUntilResult result = verify_until(request);
  EXPECT_DOUBLE_EQ(result.target, 0.95);
  ASSERT_TRUE(result.met);
  ASSERT_GT(result.steps.size(), 1u);
  EXPECT_EQ(result.steps.front().nwc, 0);
  EXPECT_GE(result.steps.back().accuracy, 0.95);
  for (std::size_t i = 0; i + 1 < result.steps.size(); ++i) EXPECT_LT(result.steps[i].accuracy, 0.95);
}

TEST(VerifyUntil, GivesUpWhenTheBudgetIsSpent) {
  const SweepRequest sweep = small_sweep();
  const mapping::Plan plan = mapping::make_plan(sweep.architecture, sweep.network);
  mapping::SelectionOptions options;
  options.values = sweep.curvature;
  const mapping::Selection selection = mapping::select_cells(sweep.architecture, sweep.network, plan, options);
  VerifyUntilRequest request{sweep.architecture, sweep.network, plan, selection, sweep.data};
  request.group = 0.1;
  request.accuracy = 2;
  request.budget = 0.25;
  const VerifyUntilResult result = verify_until(request);
  EXPECT_FALSE(result.met);
  ASSERT_EQ(result.steps.size(), 4u);  // 0, 0.1, 0.2, 0.25
  EXPECT_LE(result.steps.back().nwc, 0.25);
  request.drop = 0.1;
  EXPECT_THROW(verify_until(request), InputError);
}

}  // namespace
}  // namespace nvcim::sim
