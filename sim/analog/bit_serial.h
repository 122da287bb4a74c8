// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/analog/phase.h"

/// The analog path of many vectors through one block: the same bits as phase.h, many times faster. Inputs are laid out
/// row by row, [rows][vectors], so that a whole feature map streams through.
namespace nvcim::sim {

/// Where each vector's read stands, for its addressed noise. Both [vectors]; null where nothing is noisy.
struct BatchReads {
  const std::uint32_t* positions = nullptr;
  const std::uint32_t* samples = nullptr;
};

/// Scratch memory of one thread; any block may use it after any other.
class BitSerialWorkspace {
 public:
  BitSerialWorkspace();
  ~BitSerialWorkspace();
  BitSerialWorkspace(BitSerialWorkspace&&) noexcept;
  BitSerialWorkspace& operator=(BitSerialWorkspace&&) noexcept;
  struct Buffers;
  Buffers& buffers() { return *buffers_; }

 private:
  std::unique_ptr<Buffers> buffers_;
};

/// One block made ready. Chip, block, cells and encoding must outlive it. Building costs about one pass over its cells.
class BitSerialBlock {
 public:
  BitSerialBlock(const mapping::ChipInstance& chip, const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                 const mapping::WeightEncoding& encoding, int layer_outputs, const LayerConversion& conversion,
                 int dac_bits, int input_bits);
  ~BitSerialBlock();
  BitSerialBlock(BitSerialBlock&&) noexcept;
  BitSerialBlock& operator=(BitSerialBlock&&) noexcept;

  /// sums[output * sum_stride + vector] += code sum of the block over all phases and planes; an exact integer.
  /// @param inputs  [block.rows][input_stride] codes, `vectors` of them used in each row
  /// @param sums    [block.outputs][sum_stride]
  void multiply(const std::uint8_t* inputs, std::size_t input_stride, int vectors, const BatchReads& reads,
                double* sums, std::size_t sum_stride, BitSerialWorkspace& workspace) const;

  /// How the block is computed: for tests and benchmarks that must know which path they see.
  enum class Path {
    tabulated,   ///< so few rows that every phase is one look-up of finished output sums
    look_up,     ///< row-group tables of partial sums, vector conversion
    one_by_one,  ///< phase.h itself: ideal converters with noise, proportional noise with digits of several bits
  };
  Path path() const;

  struct Packed;

 private:
  std::unique_ptr<Packed> packed_;
};

}  // namespace nvcim::sim
