// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/analog/aligned_buffer.h"
#include "sim/analog/bit_serial.h"
#include "sim/analog/linear.h"
#include "sim/engine.h"

namespace nvcim::sim {

/// Scratch memory of one thread, shared by all layers.
struct LayerWorkspace {
  AlignedBuffer<std::uint8_t> windows;  ///< [matrix rows][vectors]
  AlignedBuffer<double> sums;           ///< [outputs][vectors]
  AlignedBuffer<std::uint8_t> row;      ///< [vectors]
  std::vector<std::uint32_t> positions, samples;
  BitSerialWorkspace kernel;
  AlignedBuffer<std::int32_t> linear;
};

/// One MVM layer on one programmed chip, ready to run any number of samples from any number of threads.
class LayerRunner {
 public:
  LayerRunner(const ChipRun& run, const mapping::LayerPlan& layer);

  /// Where the results of some samples go. Whichever is null is not wanted.
  struct Output {
    std::uint8_t* codes = nullptr;  ///< [images][output size]
    double* logits = nullptr;       ///< [images][output size], for the raw last layer
    SampleTrace* traces = nullptr;  ///< [images], sums of this layer are filled in
  };
  /// @param maps          [images][input size]
  /// @param first_sample  number of the first image, for its read noise
  void run(const std::uint8_t* maps, int images, std::uint32_t first_sample, const Output& output,
           LayerWorkspace& workspace) const;

 private:
  const workloads::Node* node_;
  const mapping::LayerPlan* layer_;
  const mapping::Plan* plan_;
  LayerConversion conversion_;
  bool noisy_ = false;
  int index_ = 0;                       ///< among the MVM layers
  std::vector<LinearLayer> linear_;     ///< [copies][groups] when sums pass the converters unchanged and noise-free
  std::vector<BitSerialBlock> blocks_;  ///< [layer.blocks] otherwise
  std::vector<std::int64_t> zero_point_shares_;  ///< [copies][outputs], of sim/analog/zero_point

  void run_part(const std::uint8_t* maps, int images, std::uint32_t first_sample, const Output& output,
                LayerWorkspace& workspace) const;
  void fill_addresses(int images, std::uint32_t first_sample, LayerWorkspace& workspace) const;
  void finish(const double* sums, std::size_t stride, int images, const Output& output,
              LayerWorkspace& workspace) const;
};

}  // namespace nvcim::sim
