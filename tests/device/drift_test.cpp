// SPDX-License-Identifier: Apache-2.0
#include "device/drift.h"

#include <gmock/gmock.h>

#include <cmath>

#include "device/models/device_law.h"
#include "tests/device/relaxation_cells.h"

namespace nvcim::device {
namespace {

/// 1e5 draws: the standard error of a spread is 0.22 %, so 2 % is nine of them.
constexpr int kDraws = 100'000;
constexpr double kDay = 86400;

/// Spread in siemens of a model's cells `seconds` after programming.
double sigma_of(const char* model, double target, double seconds) {
  return device_law(DeviceModel(model)).sigma(DeviceParameters(), target, seconds);
}
double wan_sigma(double target, double seconds) {
  return sigma_of("rram_wan_nature_2022", target, seconds);
}
double sonos_sigma(double target, double seconds) {
  return sigma_of("sonos", target, seconds);
}

DeviceParameters drifting(DeviceModel model, double g_min_uS, double g_max_uS, double age) {
  DeviceParameters p;
  p.model = model;
  p.g_min = from_si<Conductance>(g_min_uS * 1e-6);
  p.g_max = from_si<Conductance>(g_max_uS * 1e-6);
  p.drift = DriftModel::model;
  p.age = from_si<Time>(age);
  return p;
}

/// Cells with draws of their own.
class Cells {
 public:
  Cells() {
    for (std::uint32_t k = 0; k < kMost; ++k) normals_.push_back(normal_draws(kDraws, Purpose::drift, k));
  }
  /// Conductances in siemens of cells that were at `programmed`.
  std::vector<double> at(const DeviceParameters& p, double target, double programmed) const {
    return at(p, target, std::vector<double>(kDraws, programmed));
  }
  std::vector<double> at(const DeviceParameters& p, double target, const std::vector<double>& programmed) const {
    const DriftLaw law(p);
    EXPECT_LE(law.draws(), static_cast<int>(kMost));
    std::vector<double> normals(kMost), cells(kDraws);
    for (int i = 0; i < kDraws; ++i) {
      for (std::size_t k = 0; k < kMost; ++k) normals[k] = normals_[k][i];
      cells[i] = law.drifted(target, programmed[i], normals);
    }
    return cells;
  }

 private:
  static constexpr std::size_t kMost = 10;
  std::vector<std::vector<double>> normals_;
};

TEST(Drift, PcmExponentsFollowTheLaw) {
  // t / t0 = e, so -ln G(t)/G is the exponent.
  const DeviceParameters p = drifting(DeviceModel("pcm_joshi_2020"), 0, 25, 20 * (std::exp(1.0) - 1));
  EXPECT_EQ(DriftLaw(p).draws(), 1);
  // N7: g and the mean exponent printed there; the spread from its formula.
  const double want[][2] = {{1, 0.049}, {0.2, 0.0493}, {0.1, 0.0601}, {0.05, 0.0708}, {0.01, 0.0958}};
  for (const auto& [g, mean] : want) {
    std::vector<double> exponents = Cells().at(p, g * 25e-6, g * 25e-6);
    for (double& x : exponents) x = -std::log(x / (g * 25e-6));
    const double sigma = std::min(std::max(-0.0125 * std::log(g) - 0.0059, 0.008), 0.045);
    EXPECT_NEAR(moments(exponents).mean, mean, 0.02 * mean) << g;
    EXPECT_NEAR(moments(exponents).sigma, sigma, 0.02 * sigma) << g;
  }
}

TEST(Drift, CmoMovesWithLogTime) {
  for (const double seconds : {1.0, 60.0, 3600.0, kDay}) {
    const DeviceParameters p = drifting(DeviceModel("reram_cmo"), 8, 90, seconds - 1);
    std::vector<double> moved = Cells().at(p, 50e-6, 50e-6);
    for (double& x : moved) x = (x - 50e-6) * 1e6;
    const double sigma = 0.042 * std::log(seconds) + 0.4118;  // N7
    EXPECT_NEAR(moments(moved).sigma, sigma, 0.02 * sigma);
    EXPECT_NEAR(moments(moved).mean, -0.089 * std::log(seconds), 0.02 * sigma);
  }
}

TEST(Drift, WanSpreadsGrowToThePublishedDays) {
  const std::vector<double> first = normal_draws(kDraws, Purpose::programming_variation);
  // N7: 1 s (age 0) and one day.
  const double want[][3] = {
      {5, 1.751, 2.756}, {10, 2.258, 3.721}, {20, 2.023, 3.909}, {30, 1.533, 3.366}, {40, 1.103, 2.651}};
  for (const auto& [target, second, day] : want) {
    for (const auto& [age, sigma] : {std::pair{0.0, second}, std::pair{kDay - 1, day}}) {
      const DeviceParameters p = drifting(DeviceModel("rram_wan_nature_2022"), 1, 40, age);
      const Programmed law = programmed_conductance(p, target * 1e-6);
      // Far from zero, where no cell is stopped.
      std::vector<double> cells(kDraws);
      for (int i = 0; i < kDraws; ++i) cells[i] = 100e-6 + law.sigma * first[i];
      std::vector<double> moved = Cells().at(p, target * 1e-6, cells);
      for (double& x : moved) x = (x - 100e-6) * 1e6;
      EXPECT_NEAR(moments(moved).sigma, sigma, 0.02 * sigma) << target << " at " << age;
    }
  }
  const double middle = std::sqrt(kDay);  // of 1 s and a day in the logarithm of time
  EXPECT_NEAR(wan_sigma(20e-6, middle), (wan_sigma(20e-6, 1) + wan_sigma(20e-6, kDay)) / 2, 1e-15);
  EXPECT_NEAR(wan_sigma(20e-6, 2 * kDay) * 1e6, 0.782 + 20.274 / 2 - 43.507 / 4 + 37.062 / 8 - 11.934 / 16, 1e-9);
}

TEST(Drift, SonosGrowsToItsFifthDay) {
  EXPECT_NEAR(sonos_sigma(4e-6, 5 * kDay) * 1e6, 0.01 * 34.579 * (1 - std::exp(-400 / 207.34)), 1e-4);
  const DeviceParameters p = drifting(DeviceModel("sonos"), 0, 16, 5 * kDay);
  EXPECT_EQ(DriftLaw(p).draws(), 5);
  std::vector<double> moved = Cells().at(p, 8e-6, 8e-6);
  const double before = sonos_sigma(8e-6, 0);
  for (double& x : moved) x -= 8e-6;
  EXPECT_NEAR(std::hypot(moments(moved).sigma, before), sonos_sigma(8e-6, 5 * kDay), 0.02 * before);
}

// What a cell does in a day does not say what it does the day after: what is added is drawn on its own. The spreads of
// the sources then fix how two times belong together, as the smaller spread over the larger.
TEST(Drift, MovesOnByDrawsOfItsOwn) {
  struct Case {
    DeviceModel model;
    double g_max, target, early, late;
    double (*sigma)(double target, double seconds);
  };
  const auto wan = [](double target, double seconds) {
    return std::sqrt(std::pow(wan_sigma(target, seconds), 2) - std::pow(wan_sigma(target, 1), 2));
  };
  const auto sonos = [](double target, double seconds) {
    return std::sqrt(std::pow(sonos_sigma(target, seconds), 2) - std::pow(sonos_sigma(target, 0), 2));
  };
  const auto cmo = [](double, double seconds) { return (0.04201137 * std::log(seconds) + 0.41183342) * 1e-6; };
  for (const Case& c : {Case{DeviceModel("rram_wan_nature_2022"), 40, 20e-6, 9, kDay - 1, wan},
                        Case{DeviceModel("rram_wan_nature_2022"), 40, 20e-6, 999, kDay - 1, wan},
                        Case{DeviceModel("sonos"), 16, 8e-6, kDay, 5 * kDay, sonos},
                        Case{DeviceModel("reram_cmo"), 90, 50e-6, 0, kDay - 1, cmo}}) {
    const double at_zero = c.model == DeviceModel("sonos") ? 0 : 1;  // seconds since programming at age 0
    const double want = c.sigma(c.target, c.early + at_zero) / c.sigma(c.target, c.late + at_zero);
    const Cells cells;
    // Far from zero, where no cell is stopped.
    const std::vector<double> early = cells.at(drifting(c.model, 8, c.g_max, c.early), c.target, 100e-6);
    const std::vector<double> late = cells.at(drifting(c.model, 8, c.g_max, c.late), c.target, 100e-6);
    // At the ends of stretches; within one a cell goes one way.
    EXPECT_NEAR(correlation(early, late), want, 0.02) << c.model.row().name << ' ' << c.early;
    EXPECT_LT(want, 0.95);
  }
}

TEST(Drift, IsOnePathPerCell) {
  const Cells cells;
  for (const DeviceModel model :
       {DeviceModel("rram_wan_nature_2022"), DeviceModel("sonos"), DeviceModel("reram_cmo")}) {
    const auto at = [&](double age) { return cells.at(drifting(model, 8, 16, age), 10e-6, 100e-6); };
    EXPECT_EQ(at(3600), at(3600));
    EXPECT_GT(correlation(at(3600), at(3610)), 0.999);
    // Over the end of a decade, and of a day, nothing jumps.
    EXPECT_GT(correlation(at(9998.9), at(9999.1)), 0.9999);
    EXPECT_GT(correlation(at(kDay - 1), at(kDay + 1)), 0.999);
  }
}

TEST(Drift, AgeZeroMovesNothing) {
  for (DeviceModel model : {DeviceModel("pcm_joshi_2020"), DeviceModel("rram_wan_nature_2022"), DeviceModel("sonos")}) {
    const DeviceParameters p = drifting(model, 0, 10, 0);
    const std::vector<double> normals(8, 1.7);
    EXPECT_DOUBLE_EQ(DriftLaw(p).drifted(5e-6, 5.5e-6, normals), 5.5e-6);
  }
  DeviceParameters none = drifting(DeviceModel("gaussian"), 0, 10, 100);
  none.drift = DriftModel::none;
  EXPECT_EQ(DriftLaw(none).draws(), 0);
  EXPECT_EQ(DriftLaw(none).drifted(5e-6, 5.5e-6, {}), 5.5e-6);
}

// A cell that would pass zero has no conductance left; a column of it must not take current away.
TEST(Drift, NeverLeavesLessThanNothing) {
  const std::vector<double> down(10, -5.0);
  for (const DeviceModel model :
       {DeviceModel("rram_wan_nature_2022"), DeviceModel("sonos"), DeviceModel("reram_cmo")}) {
    const DeviceParameters p = drifting(model, 8, 16, kDay);
    EXPECT_EQ(DriftLaw(p).drifted(8e-6, 0.1e-6, down), 0) << model.row().name;
    EXPECT_GT(DriftLaw(p).drifted(8e-6, 40e-6, down), 0) << model.row().name;
  }
}

}  // namespace
}  // namespace nvcim::device
