// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapping/chip_instance.h"
#include "sim/analog/aligned_buffer.h"

/// Where converters pass sums unchanged and reads are noise-free, phases and planes are one exact integer product:
/// code sum = sum over rows of effective weight * input code. Same sums as phase by phase.
namespace nvcim::sim {

/// The effective weights of one copy of a layer, over all its blocks.
class LinearLayer {
 public:
  /// @param rows, outputs  of the whole layer
  LinearLayer(int rows, int outputs);

  /// Takes over the cells of one block.
  void add_block(const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                 const mapping::WeightEncoding& encoding);
  /// After the last block, before the first product.
  void pack();

  /// sums[output * sum_stride + vector] = code sum, overwritten; an exact integer.
  /// @param inputs   [rows][input_stride] codes   @param scratch  of this thread
  void multiply(const std::uint8_t* inputs, std::size_t input_stride, int vectors, double* sums, std::size_t sum_stride,
                AlignedBuffer<std::int32_t>& scratch) const;

  struct Packed {
    int rows = 0, outputs = 0;
    int limbs = 0;      ///< signed 16-bit pieces of a weight
    int limb_bits = 0;  ///< weight = sum over limbs of limb << (l * limb_bits); few enough that 32-bit sums are exact
    int outputs_per_block = 0;
    AlignedBuffer<std::int32_t> weights;  ///< [output blocks][row pairs][8 columns], two 16-bit limbs of two rows each
    int pairs() const { return (rows + 1) / 2; }
    int blocks() const { return (outputs + outputs_per_block - 1) / outputs_per_block; }
  };

 private:
  std::vector<std::int32_t> weights_;  ///< [rows][outputs] until packed
  Packed packed_;
};

}  // namespace nvcim::sim
