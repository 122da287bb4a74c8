// SPDX-License-Identifier: Apache-2.0
#include "mapping/written_cells.h"

#include <gmock/gmock.h>

#include "mapping/chip_instance.h"
#include "tests/support/random_network.h"

/// One instance is one chip: what acts later or when it is read moves none of its programming draws.
namespace nvcim::mapping {
namespace {

Architecture base() {
  Architecture architecture;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 8;
  architecture.crossbar.rows = architecture.crossbar.columns = 64;
  architecture.device.sigma = 0.1;
  architecture.device.device_to_device = 0.02;
  architecture.device.stuck_at_g_min = 0.01;
  return architecture;
}

const workloads::Network& network() {
  static const workloads::Network made = nvcim::testing::NetworkBuilder({1, 10, 10}, 8, 5).linear(30).logits(10);
  return made;
}

std::vector<WrittenBlock> written(const Architecture& architecture, bool verified, std::uint32_t instance = 0) {
  const Plan plan = make_plan(architecture, network());
  return write_cells(architecture, network(), plan, verified ? verify_all(plan) : verify_none(plan), {3, instance},
                     true)
      .blocks;
}

std::vector<std::vector<std::int16_t>> fresh_codes(Architecture architecture) {
  architecture.device.age = from_si<Time>(0.0);
  std::vector<std::vector<std::int16_t>> codes;
  for (ProgrammedBlock& block : program_once(architecture, network(), make_plan(architecture, network()), 3, 0).blocks)
    codes.push_back(std::move(block.codes));
  return codes;
}

struct Effect {
  const char* name;
  void (*add)(Architecture&);
};

void PrintTo(const Effect& effect, std::ostream* out) {
  *out << effect.name;
}

class LaterEffect : public ::testing::TestWithParam<Effect> {
 protected:
  Architecture with() const {
    Architecture architecture = base();
    GetParam().add(architecture);
    return architecture;
  }
};

TEST_P(LaterEffect, MovesNoCellOfAnUnverifiedChip) {
  EXPECT_TRUE(written(with(), false) == written(base(), false));
  EXPECT_EQ(fresh_codes(with()), fresh_codes(base()));
}

/// Verify reads see noise, so a cell may take another number of pulses; the nth of them is the same one.
TEST_P(LaterEffect, MovesNoPulseOfAVerifiedChip) {
  Architecture without = base(), later = with();
  without.write_controller.process = later.write_controller.process = WriteProcess::redraw;
  const std::vector<WrittenBlock> before = written(without, true), after = written(later, true);
  std::int64_t same = 0, cells = 0;
  for (std::size_t block = 0; block < before.size(); ++block)
    for (std::size_t cell = 0; cell < before[block].codes.size(); ++cell, ++cells) {
      if (before[block].pulses[cell] != after[block].pulses[cell]) continue;
      ++same;
      ASSERT_EQ(before[block].codes[cell], after[block].codes[cell]) << "block " << block << " cell " << cell;
    }
  EXPECT_GT(same, cells / 2);
}

INSTANTIATE_TEST_SUITE_P(
    Effects, LaterEffect,
    ::testing::Values(Effect{"ReadNoise", [](Architecture& a) { a.device.read_noise = 0.05; }},
                      Effect{"ProportionalReadNoise",
                             [](Architecture& a) {
                               a.device.read_noise = 0.05;
                               a.device.read_noise_model = ReadNoiseModel::proportional;
                             }},
                      Effect{"Relaxation",
                             [](Architecture& a) {
                               a.device.relaxation = RelaxationModel::technology_c;
                               a.device.age = from_si<Time>(3600.0);
                             }},
                      Effect{"HotRelaxation",
                             [](Architecture& a) {
                               a.device.relaxation = RelaxationModel::technology_b;
                               a.device.relaxation_shape = RelaxationShape::gaussian;
                               a.device.age = from_si<Time>(5400.0);
                               a.device.temperature = from_si<Temperature>(398.15);
                             }},
                      Effect{"Converter", [](Architecture& a) { a.adc.bits = 6; }},
                      Effect{"ConverterErrors", [](Architecture& a) { a.adc.offset_sigma = a.adc.gain_sigma = 0.5; }}),
    [](const auto& test) { return test.param.name; });

TEST(WrittenCells, DriftMovesNoDrawOfAnyModelThatHasALaw) {
  for (const DeviceModel model : {DeviceModel("pcm_joshi_2020"), DeviceModel("rram_wan_nature_2022"),
                                  DeviceModel("sonos"), DeviceModel("reram_cmo")}) {
    Architecture fresh = base();
    fresh.device.model = model;
    fresh.device.g_min = from_si<Conductance>(10e-6);
    fresh.device.g_max = from_si<Conductance>(15e-6);
    Architecture drifting = fresh;
    drifting.device.drift = DriftModel::model;
    drifting.device.age = from_si<Time>(3600.0);
    EXPECT_TRUE(written(drifting, false) == written(fresh, false));
    EXPECT_TRUE(written(drifting, true) == written(fresh, true));
    // reram_cmo's law starts a second after programming.
    if (model != DeviceModel("reram_cmo")) {
      EXPECT_EQ(fresh_codes(drifting), fresh_codes(fresh));
    }
  }
}

TEST(WrittenCells, OneInstanceIsOneChipAndTwoAreTwo) {
  for (const bool verified : {false, true}) {
    EXPECT_TRUE(written(base(), verified) == written(base(), verified));
    const std::vector<WrittenBlock> one = written(base(), verified, 0), two = written(base(), verified, 1);
    std::int64_t different = 0, cells = 0;
    for (std::size_t block = 0; block < one.size(); ++block)
      for (std::size_t cell = 0; cell < one[block].codes.size(); ++cell, ++cells)
        different += one[block].codes[cell] != two[block].codes[cell];
    EXPECT_GT(different, cells / 2);  // many of the others are at 0 S, where a cell ends
  }
}

TEST(WrittenCells, AreWhatAnInstanceReadsRightAfterProgramming) {
  const Plan plan = make_plan(base(), network());
  WrittenCells cells = write_cells(base(), network(), plan, verify_all(plan), {3, 0}, true);
  const ChipInstance chip = make_instance(base(), network(), plan, cells);
  EXPECT_EQ(chip.seed, 3u);
  for (std::size_t block = 0; block < plan.blocks.size(); ++block)
    EXPECT_EQ(chip.blocks[block].codes, cells.blocks[block].codes);
}

TEST(WrittenCells, AreCountedByState) {
  WrittenCells cells;
  cells.blocks.push_back({.codes = {},
                          .writing = {},
                          .state = {CellState::unwritten, CellState::verified, CellState::verified},
                          .pulses = {}});
  cells.blocks.push_back({.codes = {}, .writing = {}, .state = {CellState::unfinished}, .pulses = {}});
  EXPECT_THAT(count_states(cells), ::testing::ElementsAre(1, 0, 2, 0, 1));
}

}  // namespace
}  // namespace nvcim::mapping
