// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/monte_carlo.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "sim/engine.h"
#include "sim/parallel/journal.h"
#include "sim/studies/sweep.h"
#include "tests/monte_carlo/small_study.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using mapping::Granularity;
using mapping::SelectionMethod;
using ::testing::HasSubstr;

MonteCarloResult run(const MonteCarloRequest& request) {
  OneProcess alone;
  return run_monte_carlo(request, alone);
}

/// Everything that is written.
std::string files(const MonteCarloRequest& request) {
  const Result result = result_of(request, run(request));
  return result_json(result) + result_csv(result);
}

fs::path journal_file(const char* name) {
  const fs::path file = fs::path(::testing::TempDir()) / (std::string("nvcim_mc_") + name);
  fs::remove(file);
  return file;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(MonteCarlo, RunsTheChipOfEveryInstanceNumber) {
  const MonteCarloRequest request = small_study();
  const MonteCarloResult result = run(request);
  ASSERT_EQ(result.correct.size(), 12u);
  const mapping::Plan plan = mapping::make_plan(request.architecture, request.network);
  for (int instance = 0; instance < 12; ++instance) {
    const mapping::ChipInstance chip = mapping::program_once(request.architecture, request.network, plan, request.seed,
                                                             static_cast<std::uint32_t>(instance));
    const InferenceResult inference =
        run_functional({request.architecture, request.network, plan, chip}, request.data.pixels, 40, {});
    int correct = 0;
    for (int sample = 0; sample < 40; ++sample) correct += inference.predicted[sample] == request.data.labels[sample];
    EXPECT_EQ(result.correct[instance], correct);
  }
  EXPECT_EQ(result.reference_accuracy, 1);
  EXPECT_EQ(result.nwc, 0);
  EXPECT_EQ(result.verified_share, 0);
  EXPECT_GT(result.accuracy.deviation, 0);
}

TEST(MonteCarlo, VerifiesAsASweepDoes) {
  MonteCarloRequest request = small_study();
  SweepRequest sweep;
  sweep.architecture = request.architecture;
  sweep.network = request.network;
  sweep.data = request.data;
  sweep.curvature = request.curvature;
  sweep.instances = *request.instances;
  sweep.budgets = {0.3, 1};
  sweep.methods = {{SelectionMethod::swim}, {SelectionMethod::random}, {SelectionMethod::magnitude, Granularity::row}};
  OneProcess alone;
  const SweepResult points = run_sweep(sweep, alone);
  for (std::size_t m = 0; m < sweep.methods.size(); ++m)
    for (std::size_t b = 0; b < sweep.budgets.size(); ++b) {
      request.verify = sweep.budgets[b];
      request.method = sweep.methods[m].method;
      request.how.granularity = sweep.methods[m].granularity;
      const MonteCarloResult result = run(request);
      const SweepPoint& point = points.at(m, b, sweep.budgets.size());
      for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(result.correct[i] / 40.0, point.accuracy[i]);
      EXPECT_NEAR(*result.nwc, point.nwc, 0.03) << "expected write cycles, and those spent";
      EXPECT_DOUBLE_EQ(result.verified_share, point.verified_cells / double(points.cells));
    }
}

TEST(MonteCarlo, IsTheSameBytesForAnyThreads) {
  MonteCarloRequest request = small_study();
  request.verify = 0.2;
  request.method = SelectionMethod::random;
  const std::string one = files(request);
  request.threads = 3;
  EXPECT_EQ(files(request), one);
}

TEST(MonteCarlo, ResumesAfterAKillWithTheSameBytes) {
  MonteCarloRequest request = small_study();
  request.verify = 0.2;
  request.method = SelectionMethod::random;
  const std::string whole = files(request);
  request.journal = journal_file("resume");
  EXPECT_EQ(run(request).computed, 12);
  const std::string journal = text_of(request.journal);
  for (std::size_t bytes :
       {std::size_t{0}, std::size_t{9}, journal.find('\n') + 1, journal.size() / 2, journal.size() - 3}) {
    std::ofstream(request.journal, std::ios::binary) << journal.substr(0, bytes);
    EXPECT_EQ(files(request), whole) << bytes;
  }
  EXPECT_EQ(run(request).computed, 0);
  // Another chip, another job.
  request.architecture.device.sigma = 0.2;
  EXPECT_THROW(run(request), InputError);
}

TEST(MonteCarlo, RefusesAnOutcomeThatIsNone) {
  MonteCarloRequest request = small_study();
  request.journal = journal_file("garbage");
  run(request);
  const std::string first_line = text_of(request.journal).substr(0, text_of(request.journal).find('\n') + 1);
  const std::size_t title = journal_title("").size();
  const std::string identity = first_line.substr(title, first_line.size() - 1 - title);
  for (const char* outcome : {"41 0 0", "-1 0 0", "x 0 0", "4 0", "4 0 0 0"}) {
    std::ofstream(request.journal, std::ios::binary) << first_line << journal_line(identity, 0, outcome) << "\n";
    try {
      run(request);
      FAIL() << outcome;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("unit 0: is not an outcome of this study")) << outcome;
    }
  }
}

TEST(MonteCarlo, StopsOnceTheQuantileIsKnown) {
  MonteCarloRequest request = small_study();
  request.instances = 3000;
  request.quantiles = {0.1};
  request.precision = 0.05;
  request.journal = journal_file("stops");
  const MonteCarloResult result = run(request);
  ASSERT_TRUE(result.precise);
  EXPECT_LE(result.kpp[0].accuracy.half_width(), 0.05);
  EXPECT_GT(result.correct.size(), 100u) << "at the first look nothing is tested";
  EXPECT_LT(result.correct.size(), 3000u);
  // Neither threads, nor an interruption, nor what was finished by then moves the end.
  const std::string whole = result_json(result_of(request, result));
  const std::string journal = text_of(request.journal);
  std::ofstream(request.journal, std::ios::binary) << journal.substr(0, journal.size() / 2);
  request.threads = 3;
  EXPECT_EQ(result_json(result_of(request, run(request))), whole);
  // With as many instances asked for at once, the same.
  request.journal.clear();
  request.precision.reset();
  request.instances = static_cast<int>(result.correct.size());
  EXPECT_EQ(run(request).correct, result.correct);
}

TEST(MonteCarlo, SaysWhenThePrecisionIsOutOfReach) {
  MonteCarloRequest request = small_study();
  request.instances = 150;
  for (double share : {0.001, 0.1}) {  // not resolved at all, not well enough
    request.quantiles = {share};
    request.precision = 1e-6;
    const MonteCarloResult result = run(request);
    EXPECT_FALSE(result.precise);
    EXPECT_EQ(result.correct.size(), 150u);
  }
}

TEST(MonteCarlo, NamesEveryMistakeAtOnce) {
  MonteCarloRequest request = small_study();
  request.instances = 0;
  request.quantiles = {0.01, 1};
  request.precision = 0;
  request.targets = {1.5};
  request.verify = 1.1;
  request.curvature.clear();
  try {
    run(request);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues().size(), 6u);
    for (const char* text :
         {"--instances: 0 is not a whole number of 1 to", "--quantiles: 1 is not a share above 0 and below 1",
          "--precision: 0 is not a share above 0 and below 1", "--target: 1.5 is not a share above 0 and up to 1",
          "--verify: 1.1 is not a share from 0 to 1", "--method: swim needs the curvature"})
      EXPECT_THAT(error.what(), HasSubstr(text));
  }
}

}  // namespace
}  // namespace nvcim::sim
