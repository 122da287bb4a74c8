// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace nvcim::sim {

/// Channels [channel_begin, channel_begin + size) of one pixel: made once, shared by the transfers that carry it.
struct PixelData {
  int channel_begin = 0;
  std::vector<std::uint8_t> codes;
  std::vector<double> logits;  ///< instead of codes behind a raw output
};

/// What travels from one end point to another.
struct Transfer {
  enum class Kind { pixel, partial_sums, result, row_targets };
  Kind kind = Kind::pixel;
  int from = 0, to = 0;  ///< tile or mapping::kGlobalBuffer
  std::size_t row = 0;   ///< of the event counts
  std::int64_t bits = 0;
  int stage = 0;            ///< pixel: layer that reads it; otherwise the layer that made it
  int input = 0;            ///< pixel: of the stage that reads it
  int source = 0;           ///< pixel: of that input
  int column_block = 0;     ///< of the sender (image: 0)
  std::uint64_t index = 0;  ///< pixel or position, counted over all samples
  int channel_begin = 0, channel_end = 0;
  std::shared_ptr<const PixelData> pixel;
  std::vector<std::int64_t> sums;  ///< partial sums
};
using TransferPtr = std::unique_ptr<Transfer>;

/// Header flit and payload. The last packet of a transfer carries it.
struct Packet {
  int to = 0;
  std::int64_t flits = 0;
  std::size_t row = 0;
  TransferPtr transfer;
};

}  // namespace nvcim::sim
