// SPDX-License-Identifier: Apache-2.0
#include "workloads/stand_in.h"

#include <algorithm>
#include <cmath>

#include "arch/random.h"
#include "workloads/networks.h"

namespace nvcim::workloads {
namespace {

constexpr std::uint64_t kSeed = 1;

/// Draws as many values in 0 … 1 as `list` has elements.
template <class T, class Map>
void fill(std::vector<T>& list, std::uint32_t layer, Map map) {
  const DrawStream draws(kSeed, Purpose::training_weights, 0, layer, 0);
  for (std::size_t begin = 0; begin < list.size(); begin += 4) {
    const DrawStream::Block bits = draws.block(static_cast<std::uint32_t>(begin / 4), 0);
    for (std::size_t i = 0; i < std::min<std::size_t>(4, list.size() - begin); ++i)
      list[begin + i] = map(DrawStream::uniform(bits[i]));
  }
}

}  // namespace

bool is_stand_in(std::string_view name) {
  const auto names = built_in_networks();
  return std::find(names.begin(), names.end(), name) != names.end();
}

Network stand_in_network(std::string_view name, int bits) {
  Network network =
      built_in_network(name, bits, name == "lenet" || name == "mlp" ? Shape{1, 28, 28} : Shape{3, 32, 32});
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    Node& node = network.nodes[n];
    if (!node.is_mvm()) continue;
    const int limit = (1 << (node.mvm.weight_bits - 1)) - 1;
    fill(node.mvm.weights, static_cast<std::uint32_t>(n),
         [&](double u) { return static_cast<std::int16_t>(static_cast<int>(u * (2 * limit + 1)) - limit); });
    // Uniform weights have a standard deviation of limit / sqrt(3); sums of so many then spread over the codes.
    if (!node.mvm.raw_output)
      node.mvm.requantisation.multiplier = std::sqrt(3.0 / node.matrix_rows()) / std::max(limit, 1);
  }
  return network;
}

Dataset stand_in_image(const Network& network) {
  Dataset data;
  data.name = "none";
  data.shape = network.input;
  data.classes = network.classes();
  data.pixels.resize(network.input.size());
  fill(data.pixels, static_cast<std::uint32_t>(network.nodes.size()),
       [](double u) { return static_cast<std::uint8_t>(u * 256); });
  data.labels = {0};
  return data;
}

}  // namespace nvcim::workloads
