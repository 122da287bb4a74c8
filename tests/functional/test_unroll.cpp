// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/unroll.h"

#include <gtest/gtest.h>

#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

TEST(Unroll, GivesEveryWindowOfTheReferenceForAnyCopies) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const workloads::Network network = seed % 2 == 0 ? testing::random_network(seed) : testing::random_graph(seed);
    for (const workloads::Node& node : network.nodes) {
      if (node.kind != workloads::Node::Kind::mvm) continue;
      const int images = 3;
      std::vector<std::uint8_t> maps(std::size_t(images) * node.input.size());
      for (std::size_t i = 0; i < maps.size(); ++i) maps[i] = static_cast<std::uint8_t>(i * 7 + i / 13 + seed);
      for (int copies : {1, 2, 5}) {
        const std::size_t stride = std::size_t(images) * node.positions() + 3;
        std::vector<std::uint8_t> window(node.window_rows());
        for (int copy = 0; copy < copies; ++copy) {
          std::vector<std::uint8_t> out(node.window_rows() * stride, 1);
          unroll_windows(node, maps.data(), images, copy, copies, out.data(), stride);
          std::size_t vector = 0;
          for (int image = 0; image < images; ++image)
            for (int position = copy; position < node.positions(); position += copies, ++vector) {
              workloads::gather_window(node, maps.data() + std::size_t(image) * node.input.size(), position,
                                       window.data());
              for (std::size_t row = 0; row < window.size(); ++row)
                ASSERT_EQ(out[row * stride + vector], window[row]) << seed << " " << node.name;
            }
          EXPECT_EQ(vector, std::size_t(images) * positions_of_copy(node, copy, copies));
        }
      }
    }
  }
}

}  // namespace
}  // namespace nvcim::sim
