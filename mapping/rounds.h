// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arch/parameters.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// A part of a network that is on the chip at a time. Between two rounds exactly one feature map lies in external
/// memory.
struct Round {
  int first_node = 0;  ///< of the whole network; the part holds network.nodes.size() nodes from there
  /// The part. Its input is the map that crosses the cut: input_table leaves codes as they are, and their bits and zero
  /// point are those of the map. All but the last end in codes (Ending::codes).
  workloads::Network network;
  Architecture architecture;  ///< with the duplicates and full scales of its own layers alone
  int crossbars = 0;          ///< needed
};

/// Cuts a network where one map alone crosses, and fills each round as far as the chip reaches (greedily, in the order
/// of the nodes). Rounds hold a layer at least; a concatenation ends none, since it is no work of its own. A network
/// that fits is one round. With /mapping/duplicate "auto" each round is filled with single copies first, then copied.
///
/// Draws: each layer keeps its own cells, as if it had crossbars of its own on a larger chip. So programming variation,
/// device-to-device offsets, stuck cells and read noise are those of the unsplit network (ChipDraws::first_node),
/// though layers of several rounds are written into the same cells. Gain and offset of an ADC belong to the crossbar
/// that a round uses. Errors: InputError: make_plan's, and a part that no cut makes small enough (crossbars needed,
/// available).
std::vector<Round> cut_rounds(const Architecture& architecture, const workloads::Network& network);

}  // namespace nvcim::mapping
