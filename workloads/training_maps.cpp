// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_maps.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace nvcim::workloads {

bool rounds(const Node& node) {
  return node.kind == Node::Kind::add || (node.is_mvm() && !node.mvm.raw_output);
}

ValueRange let_through(const Requantisation& to_code, const MapScale& out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ValueRange range{-kInfinity, kInfinity};
  if (to_code.code_min == to_code.zero_point)
    range.low = 0;
  else if (to_code.code_min > 0)
    range.low = (to_code.code_min - to_code.zero_point) * out.scale;
  if (to_code.code_max < out.largest()) range.high = (to_code.code_max - to_code.zero_point) * out.scale;
  return range;
}

TrainingMaps::TrainingMaps(const Network& shape) : shape_(shape), group_(shape.nodes.size() + 1) {
  std::iota(group_.begin(), group_.end(), 0);
  const int nodes = static_cast<int>(shape.nodes.size());
  for (int n = 0; n < nodes; ++n) {
    const Node& node = shape.nodes[n];
    if (node.is_mvm() || rounds(node)) continue;
    for (const int source : shape.sources(n)) {
      // The lower number stands for both, so the image's group is number 0.
      const int a = group_[source + 1], b = group_[n + 1];
      std::replace(group_.begin(), group_.end(), std::max(a, b), std::min(a, b));
    }
  }
  scales_.assign(group_.size(), {.scale = 0, .zero_point = 0, .bits = 8});
  ranges_.resize(group_.size());
  for (int n = nodes; n-- > 0;) {
    const Node& node = shape.nodes[n];
    const std::vector<int> sources = shape.sources(n);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      const bool joins = node.kind == Node::Kind::add && k > 0;
      scales_[group_[sources[k] + 1]].bits = joins ? node.join.inputs[k].bits : node.input_bits;
    }
  }
  // The first node reads nothing but the image.
  const Node& first = shape.nodes.front();
  scales_[0] = {first.input_scale, first.input_zero_point, shape.input_bits};
}

void TrainingMaps::begin() {
  std::fill(ranges_.begin(), ranges_.end(), ValueRange{});
}

void TrainingMaps::include(int node, const ValueRange& range) {
  if (shares_with_image(node)) return;
  const int group = group_[node + 1];
  ValueRange& all = ranges_[group];
  all = {std::min(all.low, range.low), std::max(all.high, range.high)};
  scales_[group] = map_scale(all, scales_[group].bits);
}

std::vector<MapScale> TrainingMaps::own() const {
  std::vector<MapScale> own;
  for (std::size_t n = 0; n < shape_.nodes.size(); ++n)
    own.push_back(rounds(shape_.nodes[n]) && group_[n + 1] != 0 ? of(static_cast<int>(n)) : MapScale{.scale = 0});
  return own;
}

void TrainingMaps::restore(const std::vector<MapScale>& own) {
  for (std::size_t n = 0; n < shape_.nodes.size(); ++n)
    if (rounds(shape_.nodes[n]) && group_[n + 1] != 0) scales_[group_[n + 1]] = own.at(n);
}

}  // namespace nvcim::workloads
