// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "sim/systemc/machine_constants.h"

namespace nvcim::sim {

/// One input's part of a tile's input buffer.
struct InputShare {
  mapping::Consumer consumer;  ///< tile and channels, of the input
  int stage = 0, input = 0;
  std::int64_t needed_pixels = 0;    ///< the most that must lie there at the same time for the pipeline to flow
  std::int64_t capacity_pixels = 0;  ///< at least needed_pixels
};

/// One column's part of its tile's output buffer.
struct OutputShare {
  int stage = 0, column_block = 0;
  std::int64_t needed_pixels = 0;
  std::int64_t capacity_pixels = 0;
};

/// A tile's buffers, each cut into fixed parts, one per input of a stage: none can take the space that another one on
/// the same tile needs to move, which is why the pipeline cannot lock up. What is left over after the needs is shared
/// in proportion to them.
struct BufferShares {
  std::map<int, std::vector<InputShare>> inputs;    ///< by tile
  std::map<int, std::vector<OutputShare>> outputs;  ///< by tile
};

/// Errors: InputError naming every tile whose layers do not fit, with the bytes each needs, how many pixels wait where
/// paths meet, and the parameter.
BufferShares share_buffers(const MachineConstants& constants);

}  // namespace nvcim::sim
