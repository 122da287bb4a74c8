// SPDX-License-Identifier: Apache-2.0
#include "device/check_device.h"
#include "device/models/device_law.h"

#include <gmock/gmock.h>

#include <cmath>

#include "device/read_noise.h"
#include "tests/device/draws.h"

namespace nvcim::device {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

/// 1e5 draws: the standard error of a spread is 0.22 %, so 2 % is nine of them.
constexpr int kDraws = 100'000;

DeviceParameters device(DeviceModel model, double g_min_uS, double g_max_uS) {
  DeviceParameters p;
  p.model = model;
  p.g_min = from_si<Conductance>(g_min_uS * 1e-6);
  p.g_max = from_si<Conductance>(g_max_uS * 1e-6);
  return p;
}

/// Spread in uS of cells programmed to a target in uS.
double drawn_sigma(const DeviceParameters& p, double target_uS) {
  const Programmed law = programmed_conductance(p, target_uS * 1e-6);
  std::vector<double> cells = normal_draws(kDraws, Purpose::programming_variation);
  for (double& cell : cells) cell = (law.mean + law.sigma * cell) * 1e6;
  EXPECT_NEAR(moments(cells).mean, target_uS, 0.02 * std::max(law.sigma * 1e6, 1e-9));
  return moments(cells).sigma;
}

struct Published {
  const char* name;
  DeviceModel model;
  double g_min, g_max, target, sigma;  ///< uS
  PcmFit pcm_fit = PcmFit::joshi_aihwkit;
  CmoAcceptance acceptance = CmoAcceptance::coarse;
};

class ProgrammingLaw : public testing::TestWithParam<Published> {};

TEST_P(ProgrammingLaw, SpreadsAsPublished) {
  const Published& want = GetParam();
  DeviceParameters p = device(want.model, want.g_min, want.g_max);
  p.pcm_fit = want.pcm_fit;
  p.cmo_acceptance = want.acceptance;
  EXPECT_NEAR(drawn_sigma(p, want.target), want.sigma, 0.02 * want.sigma);
  const double fraction = (want.target - want.g_min) / (want.g_max - want.g_min);
  EXPECT_NEAR(programming_sigma(p, fraction) * (want.g_max - want.g_min), want.sigma, 0.02 * want.sigma);
}

// Values printed in tests/NUMBERS.md, N7, from the sources that the models name.
INSTANTIATE_TEST_SUITE_P(
    N7, ProgrammingLaw,
    testing::Values(Published{"Pcm0", DeviceModel("pcm_joshi_2020"), 0, 25, 0, 0.2635},
                    Published{"Pcm1", DeviceModel("pcm_joshi_2020"), 0, 25, 6.25, 0.6814},
                    Published{"Pcm2", DeviceModel("pcm_joshi_2020"), 0, 25, 12.5, 0.9527},
                    Published{"Pcm3", DeviceModel("pcm_joshi_2020"), 0, 25, 18.75, 1.0774},
                    Published{"Pcm4", DeviceModel("pcm_joshi_2020"), 0, 25, 25, 1.0554},
                    Published{"Joshi", DeviceModel("pcm_joshi_2020"), 0, 25, 12.5,
                              -0.00178767 * 156.25 + 0.07585724 * 12.5 + 0.28638599, PcmFit::joshi_crosssim},
                    Published{"HermesTwo", DeviceModel("pcm_joshi_2020"), 0, 20.7, 10.35,
                              0.16603222 + 4.71806468 / 2 - 8.48101252 / 4 + 4.68961419 / 8,
                              PcmFit::hermes_two_devices},
                    Published{"HermesOne", DeviceModel("pcm_joshi_2020"), 0, 10.35, 10.35,
                              0.15781817 + 2.32443916 - 2.16310839 + 0.68841818, PcmFit::hermes_one_device},
                    Published{"Wan5", DeviceModel("rram_wan_nature_2022"), 1, 40, 5, 1.751},
                    Published{"Wan10", DeviceModel("rram_wan_nature_2022"), 1, 40, 10, 2.258},
                    Published{"Wan20", DeviceModel("rram_wan_nature_2022"), 1, 40, 20, 2.023},
                    Published{"Wan30", DeviceModel("rram_wan_nature_2022"), 1, 40, 30, 1.533},
                    Published{"Wan40", DeviceModel("rram_wan_nature_2022"), 1, 40, 40, 1.103},
                    Published{"Milo50", DeviceModel("rram_milo_irps_2021"), 50, 225, 50, 4.327},
                    Published{"Milo100", DeviceModel("rram_milo_irps_2021"), 50, 225, 100, 3.872},
                    Published{"Milo225", DeviceModel("rram_milo_irps_2021"), 50, 225, 225, 2.733},
                    Published{"CmoFine", DeviceModel("reram_cmo"), 8, 90, 50, 0.00106879 * 50 + 0.00081107,
                              PcmFit::joshi_aihwkit, CmoAcceptance::fine},
                    Published{"CmoCoarse", DeviceModel("reram_cmo"), 8, 90, 50, 0.01129027 * 50 + 0.01121854},
                    // I = 400 nA at 0.1 V.
                    Published{"Sonos", DeviceModel("sonos"), 0, 16, 4, 0.01 * 19.887 * (1 - std::exp(-400 / 176.31))}),
    [](const auto& law) { return law.param.name; });

TEST(DeviceModel, EveryModelHasItsRow) {
  for (const auto& entry : EnumNames<DeviceModel>::all) {
    const DeviceLaw& law = device_law(entry.value);
    EXPECT_EQ(&law, &device_law(DeviceModel(entry.text)));
    EXPECT_FALSE(law.source.empty());
    EXPECT_FALSE(law.form.empty());
  }
}

TEST(DeviceModel, AbstractModelsAgreeInSiemensAndInLevels) {
  for (DeviceModel model :
       {DeviceModel("ideal"), DeviceModel("gaussian"), DeviceModel("fefet"), DeviceModel("measured")}) {
    DeviceParameters p = device(model, 2, 42);
    p.sigma = 0.05;
    p.sigma_slope = 0.1;
    p.sigma_scale = 0.5;
    for (double fraction : {0.0, 0.3, 0.5, 1.0})
      EXPECT_NEAR(programmed_conductance(p, 2e-6 + fraction * 40e-6).sigma, programming_sigma(p, fraction) * 40e-6,
                  1e-16);
  }
}

TEST(DeviceModel, AMeasuredSpreadIsInUnitsOfTheRange) {
  const DeviceParameters p = device(DeviceModel("rram_milo_irps_2021"), 50, 225);
  // IRPS 2021, Fig. 4: 4.782321 - 0.009107 G uS, in the middle at 137.5 uS, over 175 uS.
  EXPECT_NEAR(programming_sigma(p, 0.5), (4.782321 - 0.009107 * 137.5) / 175, 1e-9);
}

// workloads/METHOD.md section 5: sigma / sqrt(0.4 s^2 + 0.6), times s between a quarter and three quarters.
TEST(DeviceModel, FefetSpreadsItsMiddleLevels) {
  DeviceParameters p = device(DeviceModel("fefet"), 1, 40);
  p.sigma = 0.1;
  for (double s : {1.0, 2.0, 4.0, 6.0}) {
    p.mid_level_factor = s;
    const double outer = 0.1 / std::sqrt(0.4 * s * s + 0.6);
    for (double fraction : {0.0, 0.25, 0.75, 1.0}) EXPECT_DOUBLE_EQ(programming_sigma(p, fraction), outer);
    for (double fraction : {0.26, 0.5, 0.74}) EXPECT_DOUBLE_EQ(programming_sigma(p, fraction), outer * s);
  }
}

TEST(ReadNoise, PcmMatchesThePublishedTimes) {
  const DeviceLaw& law = device_law(DeviceModel("pcm_joshi_2020"));
  // N7: per cent of G at g = 1 and 0.5 for 1 s, 20 s, 1 h, 1 day.
  const double want[][3] = {{1, 3.352, 5.26}, {20, 3.682, 5.78}, {3600, 4.192, 6.58}, {86400, 4.476, 7.02}};
  for (const auto& [seconds, full, half] : want) {
    for (const auto& [g, per_cent] : {std::pair{25e-6, full}, std::pair{12.5e-6, half}}) {
      std::vector<double> reads = normal_draws(kDraws, Purpose::read_noise);
      for (double& x : reads) x = g + law.read_sigma(DeviceParameters(), g, seconds) * x;
      EXPECT_NEAR(moments(reads).sigma / g * 100, per_cent, 0.02 * per_cent) << seconds;
    }
  }
}

TEST(ReadNoise, ModelLawsReachTheGrid) {
  DeviceParameters p = device(DeviceModel("pcm_joshi_2020"), 0, 25);
  p.read_noise_model = ReadNoiseModel::model;
  EXPECT_TRUE(has_read_noise(p));
  // 1000 steps for 25 uS; age 0 is 20 s after programming: 3.682 % of 1000 steps.
  EXPECT_NEAR(std::sqrt(read_variance(p, 1000, 1000)), 36.82, 0.05);
  p = device(DeviceModel("sonos"), 0, 16);
  p.read_noise_model = ReadNoiseModel::model;
  EXPECT_NEAR(std::sqrt(read_variance(p, 1600, 400)), 12.580 * (1 - std::exp(-400 / 215.37)), 0.01);  // 1 nA steps
  p = device(DeviceModel("reram_cmo"), 8, 90);
  p.read_noise_model = ReadNoiseModel::model;
  p.age = from_si<Time>(99.0);
  const double law = 0.0277 * std::log10(50.0) * std::sqrt(std::log((100 + 1e-6) / 2e-6));
  // 82 uS in 8200 steps of 0.01 uS.
  EXPECT_NEAR(std::sqrt(read_variance(p, 8200, 5000)) * 0.01, law, 0.02 * law);
}

TEST(ReadNoise, GivenByTheFileIsOfTheRangeOrOfTheCell) {
  DeviceParameters p = device(DeviceModel("gaussian"), 0, 40);
  EXPECT_FALSE(has_read_noise(p));
  p.read_noise = 0.02;
  EXPECT_TRUE(has_read_noise(p));
  p.read_noise_model = ReadNoiseModel::constant;
  EXPECT_DOUBLE_EQ(read_variance(p, 1000, 300), 20.0 * 20.0) << "2 % of 1000 steps";
  p.read_noise_model = ReadNoiseModel::proportional;
  EXPECT_DOUBLE_EQ(read_variance(p, 1000, 300), 6.0 * 6.0) << "2 % of 300 steps";
  EXPECT_EQ(read_variance(p, 1000, 0), 0);
}

TEST(ReadNoise, NeverFallsWithConductance) {
  for (DeviceModel model : {DeviceModel("pcm_joshi_2020"), DeviceModel("sonos"), DeviceModel("reram_cmo")}) {
    DeviceParameters p = device(model, 8, 10);
    p.read_noise_model = ReadNoiseModel::model;
    double before = 0;
    for (double steps = 0; steps < 1500; ++steps) {  // of 0.02 uS
      EXPECT_GE(read_variance(p, 100, steps), before) << steps;
      before = read_variance(p, 100, steps);
    }
  }
}

Architecture architecture_with(const DeviceParameters& p) {
  Architecture architecture;
  architecture.device = p;
  return architecture;
}

auto fault_at(const char* pointer, const char* text) {
  return Contains(testing::AllOf(Field(&Contradiction::pointers, Contains(pointer)),
                                 Field(&Contradiction::message, HasSubstr(text))));
}

TEST(CheckDevice, RefusesEveryModelOutsideItsRange) {
  struct Range {
    DeviceModel model;
    double low, high;
  };
  for (const Range& r : {Range{DeviceModel("rram_milo_irps_2021"), 50, 225},
                         Range{DeviceModel("rram_wan_nature_2022"), 0, 40}, Range{DeviceModel("pcm_joshi_2020"), 0, 25},
                         Range{DeviceModel("reram_cmo"), 8, 90}, Range{DeviceModel("sonos"), 0, 16}}) {
    EXPECT_THAT(check_device(architecture_with(device(r.model, r.low, r.high))), IsEmpty());
    EXPECT_THAT(check_device(architecture_with(device(r.model, r.low, r.high * 1.001))),
                fault_at("/device/g_max", "was measured"));
    if (r.low > 0) {
      EXPECT_THAT(check_device(architecture_with(device(r.model, r.low * 0.999, r.high))),
                  fault_at("/device/g_min", "was measured"));
    }
  }
  DeviceParameters hermes = device(DeviceModel("pcm_joshi_2020"), 0, 25);
  hermes.pcm_fit = PcmFit::hermes_one_device;
  EXPECT_THAT(check_device(architecture_with(hermes)), fault_at("/device/g_max", "10.35 uS"));
}

TEST(CheckDevice, NamesEveryFaultAtOnce) {
  Architecture architecture = architecture_with(device(DeviceModel("rram_milo_irps_2021"), 1, 400));
  architecture.device.g_max = from_si<Conductance>(400e-6);
  architecture.device.drift = DriftModel::model;
  architecture.device.read_noise_model = ReadNoiseModel::model;
  architecture.device.relaxation = RelaxationModel::technology_c;
  architecture.device.age = from_si<Time>(1e6);
  architecture.device.temperature = from_si<Temperature>(400.0);
  architecture.set_pulse.amplitude_stop = from_si<Voltage>(0.5);
  architecture.reset_pulse.width_stop = from_si<Time>(1e-9);
  architecture.write_controller.process = WriteProcess::measured;
  architecture.device.table = "no_such_table";
  const std::vector<Contradiction> faults = check_device(architecture);
  EXPECT_THAT(faults, fault_at("/device/g_min", "g_min 1 uS is outside 50 uS..225 uS"));
  EXPECT_THAT(faults, fault_at("/device/g_max", "g_max 400 uS is outside 50 uS..225 uS"));
  EXPECT_THAT(faults, fault_at("/device/drift", "has no drift law"));
  EXPECT_THAT(faults, fault_at("/device/relaxation", "count twice"));
  EXPECT_THAT(faults, fault_at("/device/read_noise_model", "has no read-noise law"));
  EXPECT_THAT(faults, fault_at("/device/temperature", "temperature 126.85 C was not measured: technology_c"));
  EXPECT_THAT(faults, fault_at("/set_pulse/amplitude_stop", "below amplitude_start"));
  EXPECT_THAT(faults, fault_at("/reset_pulse/width_stop", "below width_start"));
  EXPECT_THAT(faults, fault_at("/device/table", "neither a file that can be read nor one of ispp_chip2, sdr_chip1"));
}

// Both sides of the last measured moment of every drift law that has one.
TEST(CheckDevice, RefusesAgesThatWereNotMeasured) {
  struct Last {
    DeviceModel model;
    double g_max, seconds;
    const char* text;
  };
  for (const Last& last :
       {Last{DeviceModel("rram_wan_nature_2022"), 40, 2 * 86400.0,
             "is above 172.8 ks, up to which rram_wan_nature_2022 was measured"},
        Last{DeviceModel("sonos"), 16, 5 * 86400.0, "is above 432 ks, up to which sonos was measured"}}) {
    DeviceParameters p = device(last.model, 1, last.g_max);
    p.drift = DriftModel::model;
    p.age = from_si<Time>(last.seconds);
    EXPECT_THAT(check_device(architecture_with(p)), IsEmpty()) << last.text;
    p.age = from_si<Time>(last.seconds + 1);
    EXPECT_THAT(check_device(architecture_with(p)), fault_at("/device/age", last.text));
  }
}

TEST(CheckDevice, WantsATableWithTheCellsLevels) {
  Architecture architecture;
  architecture.device.model = DeviceModel("measured");
  architecture.crossbar.cell_bits = 2;
  EXPECT_THAT(check_device(architecture), IsEmpty());
  architecture.crossbar.cell_bits = 3;
  EXPECT_THAT(check_device(architecture), fault_at("/device/table", "has 4 levels, cells of 3 bits have 8"));
  architecture.crossbar.encoding = Encoding::ideal_signed;
  EXPECT_THAT(check_device(architecture), fault_at("/crossbar/encoding", "signed cell"));
}

}  // namespace
}  // namespace nvcim::device
