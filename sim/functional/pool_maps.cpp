// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/pool_maps.h"

#include <algorithm>

#include "workloads/digital.h"

namespace nvcim::sim {
namespace {

bool is_plain_pair_maximum(const workloads::Node& node) {
  const workloads::Window& window = node.pool.window;
  return node.pool.kind == workloads::PoolKind::maximum && window == workloads::Window{2, 2, 2, 2, 0, 0, 0, 0};
}

}  // namespace

void pool_maps(const workloads::Node& node, const std::uint8_t* input, int images, std::uint8_t* output) {
  const std::size_t input_size = node.input.size(), output_size = node.output.size();
  if (!is_plain_pair_maximum(node)) {
    for (int image = 0; image < images; ++image)
      workloads::pool(node, input + image * input_size, output + image * output_size);
    return;
  }
  const int width = node.input.width, out_width = node.output.width;
  const int planes = images * node.input.channels;
  for (int plane = 0; plane < planes; ++plane) {
    const std::uint8_t* map = input + std::size_t(plane) * node.input.height * width;
    for (int y = 0; y < node.output.height; ++y, output += out_width) {
      const std::uint8_t* upper = map + std::size_t(2 * y) * width;
      const std::uint8_t* lower = upper + width;
      for (int x = 0; x < out_width; ++x) {
        const std::uint8_t left = std::max(upper[2 * x], lower[2 * x]);
        const std::uint8_t right = std::max(upper[2 * x + 1], lower[2 * x + 1]);
        output[x] = std::max(left, right);
      }
    }
  }
}

}  // namespace nvcim::sim
