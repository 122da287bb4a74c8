// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/network.h"

/// Integer arithmetic of a quantised network: the definition that every engine must reproduce. The digital units of the
/// chip model (activation, pooling) call the same functions. Nodes without weights: workloads/operators.
namespace nvcim::workloads {

/// (sum, bias) → code of the next feature map; see Requantisation. `sum` may carry an exact fraction.
std::uint8_t requantise(double sum, std::int64_t bias, const Requantisation& parameters);

/// Input codes of the image: network.input_table applied per channel. @return [channels][height][width]
void encode_image(const Network& network, const std::uint8_t* pixels, std::uint8_t* codes);

/// One window of a feature map, in matrix-row order over all groups, padding filled with the zero point.
/// @param out  [node.window_rows()]
void gather_window(const Node& node, const std::uint8_t* input, int position, std::uint8_t* out);

/// The MVM sums of one node for one sample: sum over rows of weight * (code - zero point), without bias.
/// @param sums  [outputs][positions]
void reference_mvm(const Node& node, const std::uint8_t* input, std::int64_t* sums);

/// Logits (raw sums + bias of the last node; its codes when it is another node) for a batch of images, exact integers.
/// @param pixels [samples][input.size()]   @return [samples][classes]
std::vector<std::int64_t> reference_logits(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                                           int threads = 1);

/// Index of the largest logit, the lowest on a tie.
template <class T>
int predicted_class(std::span<const T> logits) {
  int best = 0;
  for (int i = 1; i < static_cast<int>(logits.size()); ++i)
    if (logits[i] > logits[best]) best = i;
  return best;
}

}  // namespace nvcim::workloads
