// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "arch/events.h"
#include "sim/engine.h"

namespace nvcim::sim {

/// Counts row_drive and cell_conduction of one layer without visiting its windows: it adds up, per input pixel, the
/// driven digits and their squares over all samples. A matrix row's total is then the sum over the pixels its windows
/// touch, and a block's conduction that total times the row's conductance. All integers, so the order does not matter.
class LayerActivity {
 public:
  LayerActivity(const workloads::Node& node, int dac_bits);

  /// @param maps  [images][node.input.size()]
  void add(const std::uint8_t* maps, int images);
  LayerActivity& operator+=(const LayerActivity& other);

  /// Adds the layer's counts to its row.
  void count(const ChipRun& run, const mapping::LayerPlan& layer, EventCounts& counts) const;

 private:
  struct Digits {
    std::uint64_t drives = 0;   ///< non-zero digits over the phases
    std::uint64_t squares = 0;  ///< sum of digit^2
  };
  const workloads::Node* node_;
  std::array<std::uint64_t, 256> table_{};  ///< code → drives << 32 | squares
  std::vector<std::uint64_t> recent_;       ///< [input size] packed as table_, emptied before it can overflow
  int recent_images_ = 0;
  std::vector<Digits> pixels_;  ///< [input size]
  std::uint64_t images_ = 0;

  void flush();
  static Digits unpack(std::uint64_t packed) { return {packed >> 32, packed & 0xffffffff}; }
};

}  // namespace nvcim::sim
