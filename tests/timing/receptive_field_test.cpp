// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/receptive_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "workloads/operators/pool.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using ::testing::ElementsAre;
using workloads::Node;
using workloads::Window;

TEST(WindowTable, OfAThreeByThreeWindowKeepsTwoRowsAndThreePixels) {
  // 4 x 4 map, no padding: the window at (0, 0) ends at pixel 10 and starts at 0, so 11 pixels must fit.
  const WindowTable table = make_window_table({1, 4, 4}, {1, 2, 2}, {3, 3, 1, 1, 0, 0, 0, 0});
  EXPECT_THAT(table.arrived, ElementsAre(11, 12, 15, 16));
  EXPECT_THAT(table.needed, ElementsAre(0, 1, 4, 5, 16));
  EXPECT_EQ(table.live, 11);
}

TEST(WindowTable, WithPaddingStartsBeforeTheWholeWindowIsInTheMap) {
  // 2 x 2 map, 3 x 3 window, padding 1: every window reaches the last pixel inside.
  const WindowTable table = make_window_table({1, 2, 2}, {1, 2, 2}, {3, 3, 1, 1, 1, 1, 1, 1});
  EXPECT_THAT(table.arrived, ElementsAre(4, 4, 4, 4));
  EXPECT_EQ(table.live, 4);
}

TEST(WindowTable, LetsGoOfPixelsThatAStrideSkips) {
  // 1 x 1 window, stride 2 on 1 x 5: pixels 0, 2, 4.
  const WindowTable table = make_window_table({1, 1, 5}, {1, 1, 3}, {1, 1, 1, 2, 0, 0, 0, 0});
  EXPECT_THAT(table.arrived, ElementsAre(1, 3, 5));
  EXPECT_THAT(table.needed, ElementsAre(0, 2, 4, 5));
  EXPECT_EQ(table.live, 1);
}

TEST(PoolingTable, EmitsWhenAWindowIsComplete) {
  Node node;
  node.kind = Node::Kind::pool;
  node.input = {1, 2, 4};
  node.output = {1, 1, 2};
  node.pool.window = {2, 2, 2, 2, 0, 0, 0, 0};
  // Windows {0, 1, 4, 5} and {2, 3, 6, 7}: complete with the sixth and the eighth pixel.
  EXPECT_THAT(make_pooling_table(node), ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 2));
}

class RandomWindow : public ::testing::TestWithParam<int> {
 protected:
  RandomWindow() : random_(static_cast<unsigned>(GetParam())) {}
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  Node node() {
    Node node;
    node.input = {pick(1, 4), pick(1, 7), pick(1, 7)};
    Window w;
    w.kernel_h = pick(1, std::min(4, node.input.height));
    w.kernel_w = pick(1, std::min(4, node.input.width));
    w.stride_h = pick(1, 3), w.stride_w = pick(1, 3);
    w.pad_top = pick(0, w.kernel_h - 1), w.pad_left = pick(0, w.kernel_w - 1);
    w.pad_bottom = pick(0, w.kernel_h - 1), w.pad_right = pick(0, w.kernel_w - 1);
    node.output = {node.input.channels, (node.input.height + w.pad_top + w.pad_bottom - w.kernel_h) / w.stride_h + 1,
                   (node.input.width + w.pad_left + w.pad_right - w.kernel_w) / w.stride_w + 1};
    node.input_zero_point = pick(0, 255);
    node.mvm.window = node.pool.window = w;
    return node;
  }
  std::vector<std::uint8_t> codes(int size) {
    std::vector<std::uint8_t> list(size);
    for (auto& code : list) code = static_cast<std::uint8_t>(pick(0, 255));
    return list;
  }
  std::mt19937 random_;
};

TEST_P(RandomWindow, GatherRowsIsAPieceOfGatherWindow) {
  const Node one = node();
  const std::vector<std::uint8_t> map = codes(one.input.size());
  const int plane = one.input.height * one.input.width;
  std::vector<std::uint8_t> whole(one.matrix_rows());
  for (int position = 0; position < one.positions(); ++position) {
    workloads::gather_window(one, map.data(), position, whole.data());
    const int begin = pick(0, one.matrix_rows() - 1), rows = pick(1, one.matrix_rows() - begin);
    const int channel = begin / one.mvm.window.area();
    std::vector<std::uint8_t> piece(rows);
    gather_rows(one, map.data() + channel * plane, channel, begin, rows, position, piece.data());
    EXPECT_EQ(piece, std::vector<std::uint8_t>(whole.begin() + begin, whole.begin() + begin + rows));
  }
}

TEST_P(RandomWindow, PoolPixelIsAPieceOfPool) {
  for (const auto kind : {workloads::PoolKind::maximum, workloads::PoolKind::average}) {
    Node one = node();
    one.kind = Node::Kind::pool;
    one.pool.kind = kind;
    const std::vector<std::uint8_t> map = codes(one.input.size());
    std::vector<std::uint8_t> whole(one.output.size()), pixel(one.output.channels);
    workloads::pool(one, map.data(), whole.data());
    for (int position = 0; position < one.positions(); ++position) {
      pool_pixel(one, map.data(), one.output.channels, position, pixel.data());
      for (int channel = 0; channel < one.output.channels; ++channel)
        EXPECT_EQ(pixel[channel], whole[channel * one.positions() + position]);
    }
  }
}

TEST_P(RandomWindow, TheWindowsPixelsAreBetweenNeededAndArrived) {
  const Node one = node();
  const WindowTable table = make_window_table(one.input, one.output, one.mvm.window);
  std::vector<std::uint8_t> row(one.matrix_rows());
  for (int position = 0; position < one.positions(); ++position)
    for (int pixel = 0; pixel < one.input.height * one.input.width; ++pixel) {
      // A pixel belongs to the window exactly when marking it shows in what gather_window returns.
      Node marked = one;
      marked.input.channels = 1;
      marked.input_zero_point = 0;
      std::vector<std::uint8_t> map(marked.input.size(), 0), window(marked.matrix_rows());
      map[pixel] = 1;
      workloads::gather_window(marked, map.data(), position, window.data());
      if (std::find(window.begin(), window.end(), 1) == window.end()) continue;
      EXPECT_LT(pixel, table.arrived[position]);
      EXPECT_GE(pixel, table.needed[position]);
    }
}

INSTANTIATE_TEST_SUITE_P(FortyShapes, RandomWindow, ::testing::Range(0, 40));

}  // namespace
}  // namespace nvcim::sim
