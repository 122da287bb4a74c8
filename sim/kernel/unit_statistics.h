// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "arch/events.h"
#include "sim/kernel/cycle.h"

namespace nvcim::sim {

/// What one unit counted and when it worked on which layer. Each unit has its own; they are added up when the machine
/// is at rest.
class UnitStatistics {
 public:
  /// When a unit worked on one layer.
  struct LayerSpan {
    int node = 0;
    Cycle first_start = kNever;  ///< kNever: it starts elsewhere
    Cycle last_end = 0;          ///< 0: it ends elsewhere
  };

  /// @param row  of EventCounts: 0 is the delivery of images and results, n + 1 node n
  void count(std::size_t row, Event event, std::uint64_t amount) {
    if (last_ == rows_.size() || rows_[last_].row != row) last_ = place_of(row);
    rows_[last_].counts[static_cast<std::size_t>(event)] += amount;
  }
  /// Only the first sample's layers are timed. @param node  in Network::nodes   @param cycle  any order
  void layer_started(int node, std::uint64_t sample, Cycle cycle) {
    if (sample > 0) return;
    LayerSpan& span = span_of(node);
    span.first_start = std::min(span.first_start, cycle);
  }
  void layer_ended(int node, std::uint64_t sample, Cycle cycle) {
    if (sample > 0) return;
    LayerSpan& span = span_of(node);
    span.last_end = std::max(span.last_end, cycle);
  }
  /// Conversions that gave an outermost code.
  void count_full_scale(std::uint64_t conversions) { at_full_scale_ += conversions; }

  void add_to(EventCounts& total) const {
    for (const Row& row : rows_)
      for (std::size_t event = 0; event < kEvents; ++event)
        total.add(row.row, static_cast<Event>(event), row.counts[event]);
  }
  const std::vector<LayerSpan>& layers() const { return layers_; }
  std::uint64_t at_full_scale() const { return at_full_scale_; }

 private:
  struct Row {
    std::size_t row = 0;
    std::array<std::uint64_t, kEvents> counts{};
  };

  std::size_t place_of(std::size_t row) {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.row == row; });
    const auto place = static_cast<std::size_t>(found - rows_.begin());
    if (found == rows_.end()) rows_.push_back({row, {}});
    return place;
  }
  LayerSpan& span_of(int node) {
    for (LayerSpan& span : layers_)
      if (span.node == node) return span;
    return layers_.emplace_back(LayerSpan{node, kNever, 0});
  }

  std::vector<Row> rows_;  ///< those that the unit counted in: few
  std::size_t last_ = 0;   ///< counted in last
  std::vector<LayerSpan> layers_;
  std::uint64_t at_full_scale_ = 0;
};

}  // namespace nvcim::sim
