// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

/// One layer's part of a tile's input buffer.
struct InputShare {
  mapping::Consumer consumer;
  int layer = 0;
  std::int64_t needed_pixels = 0;    ///< the most that must lie there at the same time for the layer to move at all
  std::int64_t capacity_pixels = 0;  ///< at least needed_pixels
};

/// One column block's part of its home tile's output buffer.
struct OutputShare {
  int layer = 0, column_block = 0;
  std::int64_t needed_pixels = 0;
  std::int64_t capacity_pixels = 0;
};

/// A tile's buffers, each cut into fixed parts, one per layer: a layer can never take the space that another one on the
/// same tile needs to move, which is why the layer pipeline cannot lock up. What is left over after the needs is
/// shared in proportion to them.
struct BufferShares {
  std::map<int, std::vector<InputShare>> inputs;    ///< by tile
  std::map<int, std::vector<OutputShare>> outputs;  ///< by tile
};

/// Errors: InputError naming every tile whose layers do not fit, with the bytes needed and the parameter.
BufferShares share_buffers(const Context& context);

}  // namespace nvcim::sim
