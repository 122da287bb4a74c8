// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "mapping/chip_instance.h"
#include "tests/support/random_network.h"

/// Effects of time and of cells' own offsets on a programmed chip.
namespace nvcim::mapping {
namespace {

Architecture roomy() {
  Architecture architecture;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
  architecture.device.g_min = from_si<Conductance>(5e-6);
  return architecture;
}

std::vector<double> codes(const Architecture& architecture) {
  const workloads::Network network = testing::random_lenet(3);
  const ChipInstance chip = program_once(architecture, network, make_plan(architecture, network), 7, 0);
  std::vector<double> all;
  for (const ProgrammedBlock& block : chip.blocks) all.insert(all.end(), block.codes.begin(), block.codes.end());
  return all;
}

/// Root mean square of the difference in uS; both chips have the same 3 levels x 256 steps for 35 uS.
double moved(const std::vector<double>& from, const std::vector<double>& to) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) sum += (to[i] - from[i]) * (to[i] - from[i]);
  return std::sqrt(sum / static_cast<double>(from.size())) * 35 / 768;
}

TEST(AgedChip, AgeZeroIsTheFreshChip) {
  Architecture architecture = roomy();
  const std::vector<double> fresh = codes(architecture);
  architecture.device.relaxation = RelaxationModel::technology_c;
  EXPECT_EQ(codes(architecture), fresh);
}

TEST(AgedChip, RelaxesAroundTheProgrammingThatItHad) {
  Architecture architecture = roomy();
  architecture.device.sigma = 0.02;
  const std::vector<double> fresh = codes(architecture);
  architecture.device.relaxation = RelaxationModel::technology_c;
  architecture.device.age = from_si<Time>(1.0);
  const double second = moved(fresh, codes(architecture));
  architecture.device.age = from_si<Time>(1e5);
  const double day = moved(fresh, codes(architecture));
  // N9: 2.05 uS after 1 s, 3.63 uS and a mean of -1.44 after 1e5 s, over all states; most cells here are at 5 uS, where
  // the measured spread is 0.7 to 1 of that. A new programming draw would show too.
  EXPECT_GT(second, 0.7 * 2.05);
  EXPECT_LT(second, 1.1 * 2.05);
  EXPECT_GT(day, 1.3 * second);
  EXPECT_LT(day, 1.1 * std::hypot(3.63, 1.44));
}

TEST(AgedChip, PcmDriftsDownwardsTogether) {
  Architecture architecture = roomy();
  architecture.device.model = DeviceModel("pcm_joshi_2020");
  architecture.device.g_min = from_si<Conductance>(0.0);
  architecture.device.g_max = from_si<Conductance>(25e-6);
  const std::vector<double> fresh = codes(architecture);
  architecture.device.drift = DriftModel::model;
  architecture.device.age = from_si<Time>(86400.0 - 20);
  const std::vector<double> aged = codes(architecture);
  double before = 0, after = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i)
    if (fresh[i] > 600) {  // cells of the highest level, where nu is 0.049
      before += fresh[i];
      after += aged[i];
    }
  EXPECT_NEAR(after / before, std::pow(86400.0 / 20, -0.049), 0.01);
}

TEST(DeviceToDevice, AddsItsOwnDrawToEveryCell) {
  Architecture architecture = roomy();
  architecture.crossbar.encoding = Encoding::ideal_signed;
  architecture.device.sigma = 0;
  const std::vector<double> exact = codes(architecture);
  architecture.device.device_to_device = 0.05;
  const std::vector<double> offset = codes(architecture);
  double sum = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) sum += (offset[i] - exact[i]) * (offset[i] - exact[i]);
  // 8-bit weights: 127 levels of 8 steps. Two per cent is eight standard errors.
  EXPECT_NEAR(std::sqrt(sum / static_cast<double>(exact.size())), 0.05 * 1016, 0.02 * 0.05 * 1016);
}

}  // namespace
}  // namespace nvcim::mapping
