// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "workloads/network.h"
#include "workloads/quantisation.h"

namespace nvcim::workloads {

/// Steps of the maps of a network in training. Maps that a pool, a rearrangement or a concatenation hands on share one
/// scale; those that share it with the image keep the image's. Nodes that round (MVMs, sums) write onto these steps.
class TrainingMaps {
 public:
  /// Bits and the image's scale are those of `shape`; nothing else is known yet.
  explicit TrainingMaps(const Network& shape);

  /// @param source  a node or kNetworkInput
  const MapScale& of(int source) const { return scales_[group_[source + 1]]; }
  bool shares_with_image(int node) const { return group_[node + 1] == group_[0]; }

  /// Forgets ranges, not scales: a calibration begins.
  void begin();
  /// A node's values lie in `range`: the scale of all maps that share it holds them too.
  void include(int node, const ValueRange& range);

  /// Scale and zero point of every node's map; scale 0 where it is not its own or not yet known.
  std::vector<MapScale> own() const;
  void restore(const std::vector<MapScale>& own);

 private:
  const Network& shape_;
  std::vector<int> group_;          // [nodes + 1], the image first
  std::vector<MapScale> scales_;    // [groups]
  std::vector<ValueRange> ranges_;  // [groups]
};

/// Whether a node's map is rounded there, not handed on.
bool rounds(const Node& node);

/// What an activation lets through, as real values: from the codes that a node of a quantised network keeps to.
/// Infinite where only the range of the codes bounds it.
ValueRange let_through(const Requantisation& to_code, const MapScale& out);

}  // namespace nvcim::workloads
