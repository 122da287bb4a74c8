// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/worst_case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/chip_instance.h"
#include "mapping/perturbation_file.h"
#include "sim/engine.h"
#include "sim/parallel/journal.h"
#include "sim/studies/worst_case_page.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"
#include "tests/support/result_rows.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A random network whose own answers are the labels: a chip without deviations is always right.
workloads::Network small_network(std::uint64_t seed) {
  workloads::Network network = testing::NetworkBuilder({1, 6, 6}, 8, seed).linear(12, 4).logits(5, 4);
  for (workloads::Node& node : network.nodes) node.mvm.bias.assign(node.mvm.bias.size(), 0);
  network.nodes.back().mvm.weight_scale = 1e-3;
  network.name = fmt::format("random{}", seed);
  return network;
}

workloads::Dataset answers(const workloads::Network& network, int samples, std::uint64_t seed) {
  workloads::Dataset data;
  data.name = "random";
  data.shape = network.input;
  data.classes = 5;
  data.pixels = testing::random_images(network, samples, seed);
  const std::vector<std::int64_t> logits = workloads::reference_logits(network, data.pixels, samples);
  for (int s = 0; s < samples; ++s)
    data.labels.push_back(
        static_cast<std::uint8_t>(workloads::predicted_class(std::span(logits).subspan(std::size_t(s) * 5, 5))));
  return data;
}

WorstCaseRequest small_study() {
  WorstCaseRequest request;
  request.architecture = load_architecture("swim_paper");
  request.networks = {small_network(4)};
  request.search = answers(request.networks[0], 120, 2);
  request.data = answers(request.networks[0], 60, 3);
  request.search_split = "train";
  request.bounds = {0.05};
  request.methods = {SearchMethod::sign};
  return request;
}

WorstCaseResult run(const WorstCaseRequest& request) {
  OneProcess alone;
  return run_worst_case(request, alone);
}

std::string error_of(const WorstCaseRequest& request) {
  try {
    run(request);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

class Scratch {
 public:
  explicit Scratch(const char* name)
      : file(fs::path(::testing::TempDir()) / fmt::format("nvcim_worst_case_{}_{}", name, ::getpid())) {}
  ~Scratch() {
    fs::remove(file);
    fs::remove(file.string() + ".draws");
  }
  fs::path file;
};

TEST(WorstCase, TheCertificateGivesTheSameAnswersFromItsFile) {
  WorstCaseRequest request = small_study();
  request.methods = {SearchMethod::pgd};
  const WorstCaseResult result = run(request);
  ASSERT_EQ(result.found.size(), 1u);
  const WorstCaseFound& found = result.found[0];
  EXPECT_LT(found.correct, 40);
  EXPECT_EQ(result.reference[0], 1);
  EXPECT_LE(found.extent.largest_tight, 0.05);
  EXPECT_GT(found.extent.largest_tight, 0.045);

  const Scratch scratch("certificate");
  const mapping::Plan plan = mapping::make_plan(request.architecture, request.networks[0]);
  std::ofstream(scratch.file, std::ios::binary)
      << mapping::perturbation_text(request.networks[0], plan, found.perturbation, "");
  const mapping::Perturbation read =
      mapping::load_perturbation(scratch.file, request.architecture, request.networks[0], plan);
  const mapping::ChipInstance chip =
      mapping::make_instance(request.architecture, request.networks[0], plan,
                             mapping::perturbed_cells(request.architecture, request.networks[0], plan, read, {9, 9}));
  const ChipRun on_chip{request.architecture, request.networks[0], plan, chip};
  const auto predicted = run_functional(on_chip, request.data.pixels, 60, {}).predicted;
  int correct = 0;
  for (int s = 0; s < 60; ++s) correct += predicted[s] == request.data.labels[s];
  EXPECT_EQ(correct, found.correct);
}

TEST(WorstCase, DeviceVariationAndAgeTakeNoPart) {
  WorstCaseRequest request = small_study();
  const int correct = run(request).found[0].correct;
  request.architecture.device.sigma = 0.9;
  request.architecture.device.stuck_at_g_max = 0.5;
  EXPECT_EQ(run(request).found[0].correct, correct);
}

TEST(WorstCase, ABoundOfZeroLeavesTheReference) {
  WorstCaseRequest request = small_study();
  request.bounds = {0};
  request.draws = 1;
  const WorstCaseResult result = run(request);
  EXPECT_EQ(result.found[0].correct, 60);
  EXPECT_EQ(result.found[0].extent.moved_cells, 0);
  for (const WorstCaseDrawn& drawn : result.drawn) EXPECT_EQ(drawn.correct[0], 60);
}

TEST(WorstCase, UnverifiedCellsGetTheLooseBound) {
  WorstCaseRequest request = small_study();
  request.budgets = {0, 0.3, 1};
  request.loose_bound = 0.2;
  request.selection = mapping::SelectionMethod::magnitude;
  const WorstCaseResult result = run(request);
  ASSERT_EQ(result.settings.size(), 3u);
  const std::int64_t cells = result.found[0].extent.cells;
  EXPECT_EQ(result.found[0].extent.loose_cells, cells);
  EXPECT_NEAR(double(result.found[1].extent.loose_cells) / double(cells), 0.7, 0.01);
  EXPECT_EQ(result.found[2].extent.loose_cells, 0);
  EXPECT_NEAR(result.found[1].extent.largest_tight, 0.05, 0.002);
  EXPECT_NEAR(result.found[1].extent.largest_loose, 0.2, 0.002);
  EXPECT_LE(result.found[0].correct_searched, result.found[2].correct_searched);
}

TEST(WorstCase, TheWorstOfASettingIsChosenOnTheSearchSplit) {
  WorstCaseResult result;
  result.found.resize(3);
  result.found[0].correct_searched = 5, result.found[0].correct = 1;
  result.found[1].correct_searched = 3, result.found[1].correct = 4;
  result.found[2].setting = 1;
  EXPECT_EQ(result.worst(0), 1u);
  EXPECT_EQ(result.worst(1), 2u);
}

TEST(WorstCase, IsTheSameBytesForAnyThreadsAndAfterAKill) {
  WorstCaseRequest request = small_study();
  request.bounds = {0.02, 0.05};
  request.draws = 3;
  const std::string whole = result_json(result_of(request, run(request)));
  request.threads = 3;
  EXPECT_EQ(result_json(result_of(request, run(request))), whole);
  const Scratch scratch("resumed");
  request.journal = scratch.file;
  run(request);
  for (const char* end : {"", ".draws"}) {
    // Cut in the middle of a line.
    const fs::path file = scratch.file.string() + end;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    std::ofstream(file, std::ios::binary) << text.str().substr(0, text.str().size() * 2 / 3);
  }
  EXPECT_EQ(result_json(result_of(request, run(request))), whole);
}

TEST(WorstCase, TakesWhatTheJournalHolds) {
  WorstCaseRequest request = small_study();
  const Scratch scratch("holds");
  request.journal = scratch.file;
  run(request);
  std::ifstream in(scratch.file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  // "UNIT CORRECT_SEARCHED ITERATIONS …"
  std::string changed = text.str();
  const std::size_t title = journal_title("").size(), line = changed.find("\n0 ") + 1, end = changed.find('\n', line);
  const std::string identity = changed.substr(title, changed.find('\n') - title);
  std::string outcome = changed.substr(line + 2 + 16 + 1, end - (line + 2 + 16 + 1));  // after the unit and its check
  outcome.replace(0, outcome.find(' '), "77");
  changed.replace(line, end - line, journal_line(identity, 0, outcome));
  std::ofstream(scratch.file, std::ios::binary) << changed;
  EXPECT_EQ(run(request).found[0].correct_searched, 77);
  request.bounds = {0.06};
  EXPECT_THAT(error_of(request), HasSubstr("another"));
}

TEST(WorstCase, NamesEveryMistakeAtOnce) {
  WorstCaseRequest request = small_study();
  request.bounds = {0.3, 1.5};
  request.budgets = {0.5, 2};
  request.loose_bound = 0.1;
  request.draws = -1;
  request.enough = 2;
  const std::string error = error_of(request);
  for (const char* text : {"--bound: 1.5 is not a share from 0 to 1", "--verify: 2 is not a share from 0 to 1",
                           "--draws: -1 is not a whole number of 0 to", "--enough: 2 is not a share from 0 to 1",
                           "--loose-bound: 0.1 of unverified cells is tighter than 0.3", "swim needs the curvature"})
    EXPECT_THAT(error, HasSubstr(text));
  request = small_study();
  request.search.classes = 4;
  EXPECT_THAT(error_of(request), HasSubstr("has 4 classes"));
}

class Reports : public ::testing::Test {
 protected:
  Reports() {
    request = small_study();
    request.networks.push_back(small_network(5));
    request.networks[1].name = "a,\"b\"";
    request.bounds = {0.02, 0.05};
    request.draws = 2;
    result = run(request);
  }
  WorstCaseRequest request;
  WorstCaseResult result;
};

TEST_F(Reports, JsonHoldsEverySearchAndDraw) {
  const auto json = nlohmann::json::parse(result_json(result_of(request, result)));
  const auto found = test::result_rows(json, "found"), drawn = test::result_rows(json, "drawn");
  ASSERT_EQ(found.size(), 4u);
  ASSERT_EQ(drawn.size(), 12u);
  EXPECT_EQ(json["metrics"]["accuracy.worst_case"]["value"], result.found[0].correct / 60.0);
  EXPECT_EQ(found[3]["perturbation"], "perturbation-4.txt");
  EXPECT_EQ(found[3]["network"], "a,\"b\"");
  EXPECT_TRUE(found[3]["loose_bound"].is_null()) << "everything is verified";
  EXPECT_EQ(drawn[1]["distribution"], "uniform");
  EXPECT_EQ(test::result_rows(json, "draws").size(), 12u * 2);
}

TEST_F(Reports, ThePageShowsItWithoutErrors) {
  const auto page = testing::open_page(worst_case_page(request, result, {"1", "repeat", "{}"}));
  if (!page) GTEST_SKIP() << "no browser";
  EXPECT_THAT(page->errors, ::testing::IsEmpty());
  EXPECT_THAT(page->requests, ::testing::IsEmpty());
  EXPECT_THAT(page->blank, ::testing::IsEmpty());
  EXPECT_EQ(page->drawn.size(), 1u);
  EXPECT_THAT(worst_case_table(request, result), HasSubstr("Draws within the same bounds"));
}

}  // namespace
}  // namespace nvcim::sim
