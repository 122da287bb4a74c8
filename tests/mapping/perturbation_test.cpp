// SPDX-License-Identifier: Apache-2.0
#include "mapping/perturbation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/perturbation_file.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Placed {
  Architecture architecture;
  workloads::Network network;
  Plan plan;
};

Placed placed(Encoding encoding, int cell_bits = 2) {
  Placed result;
  result.architecture.chip.mesh_rows = result.architecture.chip.mesh_columns = 16;
  result.architecture.crossbar.rows = result.architecture.crossbar.columns = 37;  // several blocks in both directions
  result.architecture.crossbar.encoding = encoding;
  result.architecture.crossbar.cell_bits = cell_bits;
  result.network = testing::NetworkBuilder({2, 6, 6}, 8, 3).linear(20, 4).logits(7, 4);
  result.plan = make_plan(result.architecture, result.network);
  return result;
}

Perturbation bounded(const Placed& on, double bound) {
  return at_targets(on.network, on.plan, {.tight = bound, .verify = {}});
}

/// Weights of the chip's cells by the definition of the encoding, in units of the full scale.
std::vector<std::vector<double>> weights_of(const Placed& on, const ChipInstance& chip) {
  std::vector<std::vector<double>> weights(on.network.nodes.size());
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n].resize(on.network.nodes[n].mvm.weights.size());
  for (std::size_t index = 0; index < on.plan.blocks.size(); ++index) {
    const Block& block = on.plan.blocks[index];
    const WeightEncoding& encoding = on.plan.layers[on.plan.layer_of_node[block.node]].encoding;
    const workloads::Node& node = on.network.nodes[block.node];
    for (int row = 0; row < block.rows; ++row)
      for (int output = 0; output < block.outputs; ++output) {
        double value = 0;
        const std::int16_t* codes = &chip.blocks[index].codes[std::size_t(row) * block.columns];
        for (int plane = 0; plane < encoding.planes(); ++plane)
          value += double(encoding.factor[plane]) * codes[output * encoding.planes() + plane];
        if (encoding.has_offset_column()) value += double(encoding.offset_factor) * codes[block.columns - 1];
        weights[block.node][std::size_t(block.output_begin + output) * node.matrix_rows() + block.row_begin + row] =
            value / (encoding.grid_per_level * ((1 << (node.mvm.weight_bits - 1)) - 1));
      }
  }
  return weights;
}

class PerturbationOf : public ::testing::TestWithParam<Encoding> {};

TEST_P(PerturbationOf, MovesTheWeightsOfTheChipByWhatItSays) {
  const Placed on = placed(GetParam());
  Perturbation perturbation = bounded(on, 0.05);
  const WeightReach reach = weight_reach(on.architecture, on.network, on.plan, perturbation);
  std::vector<std::vector<float>> wanted(on.network.nodes.size());
  for (std::size_t n = 0; n < wanted.size(); ++n)
    for (std::size_t w = 0; w < reach.low[n].size(); ++w) {
      const float share = float(w % 7) / 3 - 1;  // -1 … 1
      wanted[n].push_back(share < 0 ? -share * reach.low[n][w] : share * reach.high[n][w]);
    }
  move_weights(on.architecture, on.network, on.plan, wanted, perturbation);
  const auto moved = moved_weights(on.network, on.plan, perturbation);
  const ChipDraws draws{1, 0};
  const auto before =
      weights_of(on, make_instance(on.architecture, on.network, on.plan,
                                   perturbed_cells(on.architecture, on.network, on.plan, bounded(on, 0), draws)));
  const auto after =
      weights_of(on, make_instance(on.architecture, on.network, on.plan,
                                   perturbed_cells(on.architecture, on.network, on.plan, perturbation, draws)));
  for (std::size_t n = 0; n < wanted.size(); ++n)
    for (std::size_t w = 0; w < wanted[n].size(); ++w) {
      EXPECT_NEAR(before[n][w], on.network.nodes[n].mvm.weights[w] / 7.0, 1e-9);
      EXPECT_NEAR(after[n][w] - before[n][w], moved[n][w], 1e-6);
      // Each of its cells rounds to a grid step.
      EXPECT_NEAR(moved[n][w], wanted[n][w], 0.5 * 2 * (1 + 4 + 16) / (256 * 7.0)) << n << " " << w;
    }
  const PerturbationExtent extent = measure_extent(on.architecture, on.network, on.plan, perturbation);
  EXPECT_EQ(extent.past_bound, 0);
  EXPECT_EQ(extent.past_range, 0);
  EXPECT_GT(extent.moved_cells, extent.cells / 2);
  EXPECT_LE(extent.largest_tight, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Encodings, PerturbationOf,
                         ::testing::Values(Encoding::ideal_signed, Encoding::differential_pair,
                                           Encoding::offset_column));

TEST(Perturbation, ReachOfAnAbstractCellIsTheBound) {
  const Placed on = placed(Encoding::ideal_signed);
  const WeightReach reach = weight_reach(on.architecture, on.network, on.plan, bounded(on, 0.03));
  const double steps = std::floor(0.03 * 896);  // grid_bits 10: 7 levels of 128 steps
  for (float value : reach.high[0]) EXPECT_FLOAT_EQ(value, float(steps / 896));
  for (float value : reach.low[0]) EXPECT_FLOAT_EQ(value, float(-steps / 896));
}

TEST(Perturbation, ReachOfAPairIsBothCellsButNotBelowZeroConductance) {
  Placed on = placed(Encoding::differential_pair, 3);
  on.architecture.device.g_min = from_si<Conductance>(0.0);
  on.plan = make_plan(on.architecture, on.network);
  const WeightReach reach = weight_reach(on.architecture, on.network, on.plan, bounded(on, 0.1));
  const double bound = std::floor(0.1 * 896) / 896;
  for (std::size_t w = 0; w < reach.low[0].size(); ++w) {
    const int weight = on.network.nodes[0].mvm.weights[w];
    EXPECT_NEAR(reach.high[0][w], weight < 0 ? 2 * bound : bound, 1e-6);
    EXPECT_NEAR(reach.low[0][w], weight > 0 ? -2 * bound : -bound, 1e-6);
  }
}

TEST(Perturbation, LooseCellsAreThoseThatThePlanDoesNotVerify) {
  const Placed on = placed(Encoding::ideal_signed);
  std::vector<std::vector<std::uint8_t>> chosen(on.network.nodes.size());
  chosen[0].assign(on.network.nodes[0].mvm.weights.size(), 0);
  for (std::size_t w = 0; w < chosen[0].size(); w += 5) chosen[0][w] = 1;
  const CellBounds bounds{.tight = 0.03, .loose = 0.2, .verify = verify_weights(on.network, on.plan, chosen)};
  const WeightReach reach = weight_reach(on.architecture, on.network, on.plan, at_targets(on.network, on.plan, bounds));
  for (std::size_t w = 0; w < chosen[0].size(); ++w) EXPECT_NEAR(reach.high[0][w], w % 5 == 0 ? 0.03 : 0.2, 1e-3);
  for (float value : reach.high[1]) EXPECT_NEAR(value, 0.2, 1e-3);
}

class Draws : public ::testing::TestWithParam<BoundedDraw> {};

TEST_P(Draws, HaveTheirDistribution) {
  Placed on = placed(Encoding::ideal_signed);
  on.architecture.device.grid_bits = 14;
  on.network = testing::random_lenet(3, 4);
  on.plan = make_plan(on.architecture, on.network);
  Perturbation perturbation = bounded(on, 0.25);
  draw_within_bounds(on.architecture, on.network, on.plan, GetParam(), {7, 1}, perturbation);
  const PerturbationExtent extent = measure_extent(on.architecture, on.network, on.plan, perturbation);
  EXPECT_EQ(extent.past_bound + extent.past_range, 0);
  double sum = 0, squares = 0;
  for (const LayerPerturbation& layer : perturbation.layers)
    for (const std::int16_t steps : layer.deviation) {
      const double share = steps / (0.25 * 7 * 2048);
      sum += share;
      squares += share * share;
    }
  const double n = double(extent.cells);
  // Second moment: 1, 1/3, and of N(0, 1) given |x| <= 1: 1 - 2 phi(1) / (2 Phi(1) - 1) = 0.291125.
  const double expected = GetParam() == BoundedDraw::extreme   ? 1
                          : GetParam() == BoundedDraw::uniform ? 1 / 3.0
                                                               : 0.291125;
  EXPECT_NEAR(sum / n, 0, 4 * std::sqrt(expected / n));
  EXPECT_NEAR(squares / n, expected, 4 * 0.3 / std::sqrt(n));
  Perturbation again = bounded(on, 0.25);
  draw_within_bounds(on.architecture, on.network, on.plan, GetParam(), {7, 1}, again);
  EXPECT_EQ(again.layers[0].deviation, perturbation.layers[0].deviation);
  draw_within_bounds(on.architecture, on.network, on.plan, GetParam(), {7, 2}, again);
  EXPECT_NE(again.layers[0].deviation, perturbation.layers[0].deviation);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Draws,
                         ::testing::Values(BoundedDraw::gaussian, BoundedDraw::uniform, BoundedDraw::extreme));

TEST(Perturbation, AgeDoesNotMoveItsCells) {
  Placed on = placed(Encoding::differential_pair);
  on.architecture.device.model = DeviceModel("pcm_joshi_2020");
  on.architecture.device.g_min = from_si<Conductance>(1e-6);
  on.architecture.device.g_max = from_si<Conductance>(20e-6);
  on.architecture.device.drift = DriftModel::model;
  on.architecture.device.age = from_si<Time>(1e5);
  on.plan = make_plan(on.architecture, on.network);
  const WrittenCells cells = perturbed_cells(on.architecture, on.network, on.plan, bounded(on, 0.1), {1, 0});
  const Architecture still = without_ageing(on.architecture);
  EXPECT_NE(make_instance(on.architecture, on.network, on.plan, cells).blocks[0].codes, cells.blocks[0].codes);
  EXPECT_EQ(make_instance(still, on.network, on.plan, cells).blocks[0].codes, cells.blocks[0].codes);
}

class PerturbationFile : public ::testing::Test {
 protected:
  PerturbationFile() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    file = fs::path(::testing::TempDir()) / fmt::format("nvcim_perturbation_{}_{}", info->name(), ::getpid());
    std::vector<std::vector<std::uint8_t>> chosen(on.network.nodes.size());
    chosen[1].assign(on.network.nodes[1].mvm.weights.size(), 1);
    perturbation = at_targets(on.network, on.plan,
                              {.tight = 0.03, .loose = 0.2, .verify = verify_weights(on.network, on.plan, chosen)});
    draw_within_bounds(on.architecture, on.network, on.plan, BoundedDraw::uniform, {1, 0}, perturbation);
    text = perturbation_text(on.network, on.plan, perturbation, "nvcim worst-case\nsomething");
  }
  ~PerturbationFile() override { fs::remove(file); }

  std::string forged(const std::string& from, const std::string& to) const {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    changed.resize(changed.rfind("end "));
    return changed + fmt::format("end {:016x}\n", fingerprint(changed.data(), changed.size()));
  }
  std::string error_of(const std::string& bytes) const { return error_of(bytes, on); }
  std::string error_of(const std::string& bytes, const Placed& where) const {
    std::ofstream(file, std::ios::binary) << bytes;
    try {
      load_perturbation(file, where.architecture, where.network, where.plan);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  Placed on = placed(Encoding::ideal_signed);
  Perturbation perturbation;
  std::string text;
  fs::path file;
};

TEST_F(PerturbationFile, GivesTheSameCellsBack) {
  std::ofstream(file, std::ios::binary) << text;
  const Perturbation read = load_perturbation(file, on.architecture, on.network, on.plan);
  EXPECT_EQ(read.tight, 0.03);
  EXPECT_EQ(read.loose, 0.2);
  for (std::size_t i = 0; i < read.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].deviation, perturbation.layers[i].deviation);
    EXPECT_EQ(read.layers[i].loose, perturbation.layers[i].loose);
  }
  EXPECT_EQ(perturbation_text(on.network, on.plan, read, "nvcim worst-case something"), text);
}

TEST_F(PerturbationFile, FitsAnyPlacement) {
  Placed other = on;
  other.architecture.crossbar.rows = other.architecture.crossbar.columns = 64;
  other.plan = make_plan(other.architecture, other.network);
  EXPECT_EQ(error_of(text, other), "none");
}

TEST_F(PerturbationFile, ACellPastItsBoundIsNamed) {
  // Row 0 of the second layer, whose cells are held to 0.03 · 896 = 26 steps.
  const std::size_t begin = text.find('\n', text.find("layer ", text.find("layer ") + 1)) + 1;
  const std::string first = text.substr(begin, text.find(' ', begin) - begin);
  std::string changed = text;
  changed.replace(begin, first.size(), "27");
  changed.resize(changed.rfind("end "));
  changed += fmt::format("end {:016x}\n", fingerprint(changed.data(), changed.size()));
  EXPECT_THAT(error_of(changed), HasSubstr("1 of 1580 cells are past their bound, 0 outside of what a cell can hold; "
                                           "the first is layer"));
  EXPECT_THAT(error_of(changed), HasSubstr("row 0, column 0: 27 grid steps of at most 26"));
}

TEST_F(PerturbationFile, ATighterBoundThanTheCellsKeepIsRefused) {
  EXPECT_THAT(error_of(forged("bound 0.03 loose 0.2", "bound 0.03 loose 0.1")),
              HasSubstr("cells are past their bound"));
}

TEST_F(PerturbationFile, EveryMistakeIsNamed) {
  EXPECT_THAT(error_of("something"), HasSubstr("is not a perturbation of nvcim"));
  EXPECT_THAT(error_of(text.substr(0, text.size() / 2)), HasSubstr("is cut off"));
  std::string damaged = text;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_THAT(error_of(damaged), HasSubstr("is damaged"));
  EXPECT_THAT(error_of(forged("perturbation 1", "perturbation 2")), HasSubstr("version 2 of the format"));
  EXPECT_THAT(error_of(forged("bound 0.03", "bound 1.5")), HasSubstr("line 3: should be \"bound TIGHT\""));
  EXPECT_THAT(error_of(forged("bound 0.03", "bound nan")), HasSubstr("line 3: should be \"bound TIGHT\""));
  EXPECT_THAT(error_of(forged("loose 0.2", "lose 0.2")), HasSubstr("line 3: should be \"bound TIGHT\""));
  EXPECT_THAT(error_of(forged("layers 2", "layers 3")), HasSubstr("the network has 2 layers"));
  EXPECT_THAT(error_of(forged("step 1/896", "step 1/448")), HasSubstr("but in this architecture it is"));
  EXPECT_THAT(error_of(forged("columns 20\n", "columns 20\nx")),
              HasSubstr("whole numbers of 16 bits; column 0 is none"));
  EXPECT_THAT(error_of(forged("l\n", "l 1\n")), HasSubstr("but goes on"));
  EXPECT_THAT(error_of(forged("l\n", "l\n5\n")), HasSubstr("column 1 is none"));
  Placed other = on;
  other.network.nodes[0].mvm.weights[0] ^= 1;
  EXPECT_THAT(error_of(text, other), HasSubstr("is for the network"));
}

}  // namespace
}  // namespace nvcim::mapping
