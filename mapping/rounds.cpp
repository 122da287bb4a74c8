// SPDX-License-Identifier: Apache-2.0
#include "mapping/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "arch/input_error.h"
#include "mapping/plan.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::mapping {
namespace {

using workloads::kNetworkInput;
using workloads::Network;
using workloads::Node;

/// Nodes after which the network may be cut, ascending; the last node is always one.
std::vector<int> cut_places(const Network& network) {
  const auto readers = network.readers();
  std::vector<int> places;
  int last_reader = kNetworkInput;  // of the image and of all maps before `node`
  for (int node = 0; node < static_cast<int>(network.nodes.size()); ++node) {
    if (const auto& of_map = readers[node]; !of_map.empty()) last_reader = std::max(last_reader, of_map.back());
    if (last_reader <= node && !workloads::is_view(network.nodes[node])) places.push_back(node);
  }
  return places;
}

/// Bits of the codes of a map, as the first node that reads it says.
int bits_read(const Network& network, int map) {
  const int reader = network.readers()[map + 1].front();
  const Node& node = network.nodes[reader];
  const std::vector<int> sources = network.sources(reader);
  const auto input = std::find(sources.begin(), sources.end(), map) - sources.begin();
  return workloads::codes_read(node, static_cast<std::size_t>(input)).bits;
}

Round make_round(const Architecture& architecture, const Network& network, int begin, int end) {
  Round round{.first_node = begin, .network = {}, .architecture = architecture};
  Network& part = round.network;
  part.name = network.name;
  part.data = network.data;
  part.input = network.map(begin - 1);
  part.input_bits = network.input_bits;
  part.input_table = network.input_table;
  if (begin > 0) {
    part.input_bits = bits_read(network, begin - 1);
    std::array<std::uint8_t, 256> unchanged;
    std::iota(unchanged.begin(), unchanged.end(), std::uint8_t{0});
    part.input_table.assign(part.input.channels, unchanged);
  }
  for (int node = begin; node < end; ++node) {
    part.nodes.push_back(network.nodes[node]);
    part.nodes.back().inputs = network.sources(node);
    for (int& source : part.nodes.back().inputs) source = std::max(source - begin, kNetworkInput);
  }
  const auto of_another_round = [&](const auto& entry) {
    return std::none_of(part.nodes.begin(), part.nodes.end(),
                        [&](const Node& node) { return node.is_mvm() && node.name == entry.first; });
  };
  std::erase_if(round.architecture.mapping.duplicate, of_another_round);
  std::erase_if(round.architecture.adc.layer_full_scale, of_another_round);
  return round;
}

bool holds_layer(const Network& network, int begin, int end) {
  return std::any_of(network.nodes.begin() + begin, network.nodes.begin() + end,
                     [](const Node& node) { return node.is_mvm(); });
}

}  // namespace

std::vector<Round> cut_rounds(const Architecture& architecture, const Network& network) {
  Architecture single = architecture;
  single.mapping.duplication = Duplication::given;
  // Mistakes are about the whole network; also of a layer that is to be copied and does not exist.
  plan_size(single, network, Ending::logits);
  const int nodes = static_cast<int>(network.nodes.size());
  std::vector<Round> rounds;
  int begin = 0;
  bool filled = false;  // rounds.back() begins at `begin`
  const std::vector<int> places = cut_places(network);
  for (std::size_t at = 0; at < places.size();) {
    const int end = places[at] + 1;
    if (!holds_layer(network, begin, end)) {
      ++at;
      continue;
    }
    Round round = make_round(single, network, begin, end);
    const PlanSize size = plan_size(round.architecture, round.network, end == nodes ? Ending::logits : Ending::codes);
    round.crossbars = size.crossbars;
    if (size.tiles <= architecture.chip.tiles()) {
      if (filled) rounds.pop_back();  // a longer part in its place
      rounds.push_back(std::move(round));
      filled = true;
      ++at;
    } else if (filled) {
      begin = rounds.back().first_node + static_cast<int>(rounds.back().network.nodes.size());
      filled = false;
    } else {
      throw InputError(architecture.name, "/chip/mesh_rows",
                       fmt::format("network {} cannot be cut within {} to {}, which need {} crossbars; the chip has {}",
                                   network.name, network.nodes[begin].name, network.nodes[end - 1].name, size.crossbars,
                                   architecture.chip.tiles() * architecture.tile.crossbars));
    }
  }
  for (Round& round : rounds) round.architecture.mapping.duplication = architecture.mapping.duplication;
  return rounds;
}

}  // namespace nvcim::mapping
