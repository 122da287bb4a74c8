// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "device/check_device.h"
#include "tests/device/relaxation_cells.h"

/// What of relaxation was measured, and what is refused.
namespace nvcim::device {
namespace {

using testing::Contains;
using testing::Field;
using testing::IsEmpty;

auto fault(const char* pointer, const std::string& text) {
  return Contains(testing::AllOf(Field(&Contradiction::pointers, Contains(pointer)),
                                 Field(&Contradiction::message, testing::StartsWith(text))));
}

std::vector<Contradiction> of(RelaxationModel technology, double g_max, double seconds, double celsius = 25) {
  return check_relaxation(relaxing(technology, g_max, seconds, celsius));
}

TEST(CheckRelaxation, TakesWhatWasMeasured) {
  for (const double seconds : {0.0, 0.01, 1e5}) EXPECT_THAT(of(RelaxationModel::technology_c, 40, seconds), IsEmpty());
  for (const double seconds : {0.0, 0.01, 1e4}) EXPECT_THAT(of(RelaxationModel::technology_b, 128, seconds), IsEmpty());
  for (const double celsius : {100.0, 125.0, 260.0})
    for (const double hours : {1.2, 2.0}) {
      EXPECT_THAT(of(RelaxationModel::technology_a, 240, 3600 * hours, celsius), IsEmpty());
      EXPECT_THAT(of(RelaxationModel::technology_b, 128, 3600 * hours, celsius), IsEmpty());
    }
  // 298 K is 24.85 C.
  EXPECT_THAT(of(RelaxationModel::technology_c, 40, 1, 24.85), IsEmpty());
  // Right after programming no temperature acts.
  EXPECT_THAT(of(RelaxationModel::technology_b, 128, 0, 85), IsEmpty());
}

TEST(CheckRelaxation, RefusesOtherTimesAndConductances) {
  EXPECT_THAT(of(RelaxationModel::technology_c, 40, 0.009),
              fault("/device/age",
                    "age 9 ms at 25 C was not measured: technology_c is known at 25 C from 10 ms to 100 "
                    "ks"));
  EXPECT_THAT(of(RelaxationModel::technology_c, 40, 1.001e5), fault("/device/age", "age 100.1 ks at 25 C was not"));
  EXPECT_THAT(of(RelaxationModel::technology_b, 128, 1.001e4), fault("/device/age", "age 10.01 ks at 25 C was not"));
  EXPECT_THAT(of(RelaxationModel::technology_b, 128, 0.009), fault("/device/age", "age 9 ms at 25 C was not"));
  EXPECT_THAT(of(RelaxationModel::technology_c, 40.1, 1), fault("/device/g_max", "g_max 40.1 uS is above 40 uS"));
  EXPECT_THAT(of(RelaxationModel::technology_b, 128.1, 1), fault("/device/g_max", "g_max 128.1 uS is above 128 uS"));
  EXPECT_THAT(of(RelaxationModel::technology_a, 250, 5760, 100),
              fault("/device/g_max", "g_max 250 uS is above 240 uS"));
}

// Nobody measured between 25 and 100 C, and a bake of another length at no temperature.
TEST(CheckRelaxation, RefusesTemperaturesBetweenTheMeasuredOnes) {
  for (const double celsius : {20.0, 25.3, 85.0, 99.7, 260.3})
    EXPECT_THAT(of(RelaxationModel::technology_b, 128, 5760, celsius), fault("/device/temperature", "temperature"))
        << celsius;
  EXPECT_THAT(of(RelaxationModel::technology_b, 128, 5760, 85),
              fault("/device/temperature",
                    "temperature 85 C was not measured: technology_b is known at 25 C from 10 ms to 10 ks and after "
                    "bakes of 1.2 h to 2 h at 100 to 260 C"));
  EXPECT_THAT(of(RelaxationModel::technology_a, 240, 5760, 25),
              fault("/device/temperature", "temperature 25 C was not measured: technology_a is known after bakes of "));
  EXPECT_THAT(of(RelaxationModel::technology_c, 40, 5760, 125),
              fault("/device/temperature", "temperature 125 C was not measured: technology_c is known at 25 C from "));
  for (const RelaxationModel technology : {RelaxationModel::technology_a, RelaxationModel::technology_b})
    for (const double hours : {1.19, 2.01})
      EXPECT_THAT(of(technology, 128, 3600 * hours, 125), fault("/device/age", "age ")) << hours;
}

// The spreads of these models were measured when part of the relaxation had happened.
TEST(CheckRelaxation, RefusesToCountTheFirstSecondTwice) {
  DeviceParameters p = relaxing(RelaxationModel::technology_c, 40, 1);
  p.model = DeviceModel("rram_wan_nature_2022");
  const std::string text =
      "rram_wan_nature_2022 is the spread 1 s after writing, so what technology_c moves until then would count twice; "
      "set /device/drift to model (the law of rram_wan_nature_2022) instead, or /device/model to a spread right after "
      "writing, e.g. gaussian";
  EXPECT_THAT(check_relaxation(p), fault("/device/relaxation", text));
  p.age = from_si<Time>(0.0);
  EXPECT_THAT(check_relaxation(p), fault("/device/model", text));
  p.model = DeviceModel("reram_cmo");
  EXPECT_THAT(check_relaxation(p), fault("/device/relaxation", "reram_cmo is the spread 1 s after writing"));
  p.model = DeviceModel("pcm_joshi_2020");
  EXPECT_THAT(check_relaxation(p), fault("/device/relaxation", "pcm_joshi_2020 is the spread 20 s after writing"));
  for (const DeviceModel model : {DeviceModel("gaussian"), DeviceModel("measured"), DeviceModel("ideal")}) {
    p.model = model;
    EXPECT_THAT(check_relaxation(p), IsEmpty());
  }
}

TEST(CheckDevice, TakesTheWaitBeforeAReverifyAtRoomTemperature) {
  Architecture architecture;
  architecture.device = relaxing(RelaxationModel::technology_b, 128, 5760, 125);
  architecture.write_controller.reverify_rounds = 1;
  architecture.write_controller.reverify_wait = from_si<Time>(1.0);
  EXPECT_THAT(check_device(architecture), IsEmpty());
  architecture.write_controller.reverify_wait = from_si<Time>(1e-3);
  EXPECT_THAT(check_device(architecture),
              fault("/write_controller/reverify_wait", "age 1 ms at 25 C was not measured: technology_b"));
  architecture.device.relaxation = RelaxationModel::technology_a;
  architecture.write_controller.reverify_wait = from_si<Time>(1.0);
  EXPECT_THAT(check_device(architecture),
              fault("/write_controller/reverify_wait", "temperature 25 C was not measured: technology_a"));
}

}  // namespace
}  // namespace nvcim::device
