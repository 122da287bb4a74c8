// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "arch/input_error.h"
#include "tests/workloads/lines.h"
#include "tests/workloads/random_network.h"
#include "workloads/networks.h"
#include "workloads/training.h"

namespace nvcim::workloads {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TrainingOptions quick() {
  TrainingOptions options;
  options.float_epochs = 1;
  options.quantised_epochs = 3;
  options.batch_size = 20;
  options.learning_rate = 1e-2;
  return options;
}

TrainingOptions searched(WeightNoise kind) {
  TrainingOptions options = quick();
  options.noise.kind = kind;
  options.noise.sigma_high = 0.4;
  options.noise.judge = [](const Network&, int, int replica) { return replica; };
  return options;
}

struct Trained {
  Network network;
  std::vector<EpochRecord> history;
};

Trained run(TrainingOptions options, int samples = 60) {
  const Dataset data = lines(samples, 1);
  Trained result;
  options.finished_epoch = [&](const EpochRecord& record) { result.history.push_back(record); };
  result.network = train(mlp(4, data.shape), data, options);
  return result;
}

std::vector<double> sigmas(const EpochRecord& record) {
  std::vector<double> all;
  for (const ReplicaRecord& one : record.replicas) all.push_back(one.sigma);
  return all;
}

class Search : public testing::TestWithParam<int> {};

TEST_P(Search, KeepsTheHalfOfTheIntervalAroundTheBestReplica) {
  const int best = GetParam();
  TrainingOptions options = searched(WeightNoise::trice);
  options.noise.judge = [=](const Network&, int, int replica) { return replica == best ? 1 : 0; };
  const auto history = run(options).history;
  ASSERT_THAT(history, SizeIs(4));
  EXPECT_FALSE(history[0].quantised);
  EXPECT_THAT(sigmas(history[0]), ElementsAre(0));
  double low = 0, high = 0.4;
  for (int epoch = 1; epoch < 4; ++epoch) {
    const double quarter = (high - low) / 4;
    EXPECT_DOUBLE_EQ(history[epoch].sigma_low, low);
    EXPECT_DOUBLE_EQ(history[epoch].sigma_high, high);
    EXPECT_THAT(sigmas(history[epoch]),
                ElementsAre(testing::DoubleEq(low + quarter), testing::DoubleEq(low + 2 * quarter),
                            testing::DoubleEq(low + 3 * quarter)));
    EXPECT_EQ(history[epoch].chosen, best);
    low += best * quarter;
    high = low + 2 * quarter;
  }
}
INSTANTIATE_TEST_SUITE_P(Replica, Search, testing::Values(0, 1, 2));

TEST(SigmaSearch, GoesOnWithTheWeightsOfTheBestReplica) {
  TrainingOptions options = searched(WeightNoise::gaussian);
  std::vector<Network> last;
  options.noise.judge = [&](const Network& network, int epoch, int replica) {
    if (epoch == 4) last.push_back(network);
    return replica == 1 ? 1 : 0;
  };
  Network result = run(options).network;
  ASSERT_THAT(last, SizeIs(3));
  last[1].data = result.data;
  last[1].float_accuracy = result.float_accuracy;
  EXPECT_EQ(difference(result, last[1]), "");
  EXPECT_NE(difference(last[0], last[1]), "");
  EXPECT_NE(difference(last[2], last[1]), "");
}

TEST(SigmaSearch, GivesNoNoiseTheSameNumberOfReplicas) {
  const auto history = run(searched(WeightNoise::none)).history;
  EXPECT_THAT(sigmas(history[3]), ElementsAre(0, 0, 0));
  EXPECT_EQ(history[3].chosen, 2);
  EXPECT_NE(history[3].replicas[0].loss, history[3].replicas[1].loss);
}

TEST(SigmaSearch, AKnownSigmaHasOneReplica) {
  TrainingOptions options = searched(WeightNoise::gaussian);
  options.noise.sigma_low = options.noise.sigma_high;
  const auto history = run(options).history;
  EXPECT_THAT(sigmas(history[3]), ElementsAre(0.4));
  EXPECT_EQ(history[3].replicas[0].merit, 0);
}

Network trained_at(WeightNoise kind, double sigma, double threshold = 1) {
  TrainingOptions options = quick();
  options.quantised_epochs = 1;  // later ones calibrate anew when there is noise
  options.noise.kind = kind;
  options.noise.sigma_low = options.noise.sigma_high = sigma;
  options.noise.threshold = threshold;
  return run(options).network;
}

TEST(TrainingNoise, OfNoStrengthIsNone) {
  EXPECT_EQ(difference(trained_at(WeightNoise::gaussian, 0), trained_at(WeightNoise::none, 0)), "");
  EXPECT_NE(difference(trained_at(WeightNoise::gaussian, 0.05), trained_at(WeightNoise::none, 0)), "");
}

TEST(TrainingNoise, IsGaussianWhereTheThresholdIsOutOfReach) {
  const Network gaussian = trained_at(WeightNoise::gaussian, 0.1);
  for (const WeightNoise kind : {WeightNoise::trice, WeightNoise::left_censored, WeightNoise::both_sides}) {
    EXPECT_EQ(difference(trained_at(kind, 0.1, 7), gaussian), "") << choice_text(kind);
    EXPECT_NE(difference(trained_at(kind, 0.1, 1), gaussian), "") << choice_text(kind);
  }
}

TEST(TrainingNoise, LosesItsMeanOnRequest) {
  TrainingOptions options = quick();
  options.quantised_epochs = 1;
  options.noise.sigma_low = options.noise.sigma_high = 0.1;
  const auto trained = [&](WeightNoise kind, bool zero_mean) {
    options.noise.kind = kind;
    options.noise.zero_mean = zero_mean;
    return run(options).network;
  };
  EXPECT_NE(difference(trained(WeightNoise::trice, true), trained(WeightNoise::trice, false)), "");
  for (const WeightNoise kind : {WeightNoise::gaussian, WeightNoise::both_sides})  // they have none
    EXPECT_EQ(difference(trained(kind, true), trained(kind, false)), "") << choice_text(kind);
}

// Deviations as on a chip, of every weight, drawn apart from those of training.
double accuracy_with_deviations(Network network, const Dataset& test, double sigma) {
  double sum = 0;
  for (std::uint32_t instance = 0; instance < 20; ++instance) {
    Network deviated = network;
    for (std::size_t n = 0; n < deviated.nodes.size(); ++n) {
      MvmLayer& mvm = deviated.nodes[n].mvm;
      std::vector<float> values(mvm.weights.size());
      draw_noise(WeightNoise::gaussian, 1, {.seed = 99, .layer = std::uint32_t(n), .batch = instance}, values);
      const int limit = (1 << (mvm.weight_bits - 1)) - 1;
      for (std::size_t i = 0; i < values.size(); ++i)
        mvm.weights[i] = std::int16_t(std::lround(mvm.weights[i] + sigma * limit * values[i]));
    }
    sum += accuracy(deviated, test) / 20;
  }
  return sum;
}

TEST(TrainingNoise, MakesNetworksThatLiveWithDeviations) {
  const Dataset data = lines(400, 1), test = lines(200, 2);
  TrainingOptions options = quick();
  options.quantised_epochs = 10;
  options.quantised_learning_rate = 1e-2;
  const Network plain = train(mlp(8, data.shape), data, options);
  constexpr double sigma = 0.5;
  options.noise.kind = WeightNoise::gaussian;
  options.noise.sigma_low = options.noise.sigma_high = sigma;
  const Network noisy = train(mlp(8, data.shape), data, options);
  EXPECT_GT(accuracy_with_deviations(noisy, test, sigma), accuracy_with_deviations(plain, test, sigma) + 0.05);
}

class Checkpoint : public testing::Test {
 protected:
  Checkpoint() { std::filesystem::remove(file_); }
  ~Checkpoint() override { std::filesystem::remove(file_); }

  std::string bytes() const {
    std::ifstream stream(file_, std::ios::binary);
    return (std::ostringstream() << stream.rdbuf()).str();
  }
  std::string message(const TrainingOptions& options) const {
    try {
      run(options);
    } catch (const InputError& error) {
      return error.issues()[0].text();
    }
    return "";
  }

  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() /
      ("nvcim_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(Checkpoint, ATrainingStoppedAnywhereEndsAsOneThatWasNot) {
  TrainingOptions options = searched(WeightNoise::trice);
  options.float_epochs = 2;
  options.noise.judge = [](const Network& network, int epoch, int replica) {
    return double((std::abs(network.nodes.back().mvm.weights[3]) + epoch + replica) % 3);
  };
  const Dataset test = lines(50, 3);
  options.test = &test;
  const Trained whole = run(options);
  options.checkpoint = file_;
  // Reports of each attempt; one comes after every batch: 3 per epoch in floating point, 9 per quantised one.
  for (const int stop_after : {2, 5, 4, 12, 6}) {
    int reports = 0;
    options.progress = [&](const TrainingProgress&) {
      if (++reports == stop_after) throw std::runtime_error("stopped");
    };
    EXPECT_THROW(run(options), std::runtime_error) << stop_after;
  }
  int reports = 0;
  options.progress = [&](const TrainingProgress&) { ++reports; };
  const Trained resumed = run(options);
  EXPECT_EQ(reports, 18);  // two epochs were left
  EXPECT_EQ(difference(resumed.network, whole.network), "");
  EXPECT_EQ(resumed.network.float_accuracy, whole.network.float_accuracy);
  EXPECT_EQ(resumed.history, whole.history);
}

TEST_F(Checkpoint, OfAFinishedTrainingGivesItsResultAgain) {
  TrainingOptions options = quick();
  options.checkpoint = file_;
  const Trained first = run(options);
  options.progress = [](const TrainingProgress&) { FAIL() << "trained again"; };
  EXPECT_EQ(difference(run(options).network, first.network), "");
}

TEST_F(Checkpoint, OfOtherOptionsOrDataIsRefused) {
  TrainingOptions options = quick();
  options.checkpoint = file_;
  run(options);
  const std::string refused = file_.string() + ": belongs to a training with other options or data";
  const auto changed = [&](auto change) {
    TrainingOptions other = options;
    change(other);
    return message(other);
  };
  EXPECT_THAT(changed([](TrainingOptions& o) { o.seed = 2; }), HasSubstr(refused));
  EXPECT_THAT(changed([](TrainingOptions& o) { o.quantised_epochs = 4; }), HasSubstr(refused));
  EXPECT_THAT(changed([](TrainingOptions& o) { o.noise.kind = WeightNoise::gaussian; }), HasSubstr(refused));
  EXPECT_THAT(changed([](TrainingOptions& o) { o.noise.judged_by = "another"; }), HasSubstr(refused));
  EXPECT_THROW(run(options, 61), InputError);
  EXPECT_EQ(message(options), "");
}

TEST_F(Checkpoint, ThatIsDamagedIsRefused) {
  TrainingOptions options = quick();
  options.checkpoint = file_;
  run(options);
  const std::string good = bytes();
  for (const std::size_t at : {std::size_t{60}, good.size() / 2, good.size() - 1}) {
    std::string bad = good;
    bad[at] = char(bad[at] ^ 1);
    std::ofstream(file_, std::ios::binary) << bad;
    EXPECT_THAT(message(options), HasSubstr("is damaged")) << at;
  }
  std::ofstream(file_, std::ios::binary) << good.substr(0, good.size() - 4);
  EXPECT_THAT(message(options), HasSubstr("is damaged"));
  std::ofstream(file_, std::ios::binary) << "something else\n";
  EXPECT_THAT(message(options), HasSubstr("is no checkpoint of a training"));
}

TEST(NoiseOptionsOutOfRange, AreNamedTogether) {
  TrainingOptions options = quick();
  options.noise.kind = WeightNoise::trice;
  options.noise.sigma_low = 0.2;
  options.noise.sigma_high = 0.1;
  options.noise.threshold = 0;
  options.noise.mid_level_factor = 6.5;
  const auto texts = [&] {
    std::vector<std::string> all;
    try {
      run(options);
    } catch (const InputError& error) {
      for (const InputIssue& issue : error.issues()) all.push_back(issue.text());
    }
    return all;
  };
  EXPECT_THAT(texts(),
              ElementsAre(HasSubstr("sigma: 0.2 to 0.1 is no interval"), HasSubstr("threshold: 0 is not above 0"),
                          HasSubstr("mid_level_factor: 6.5 is outside 1..6")));
  options.noise = {};
  options.noise.kind = WeightNoise::gaussian;
  options.noise.sigma_high = 0.1;
  EXPECT_THAT(texts(), ElementsAre(HasSubstr("sigma: is searched, but nothing judges")));
}

}  // namespace
}  // namespace nvcim::workloads
