// SPDX-License-Identifier: Apache-2.0
#include "workloads/weights_fingerprint.h"

#include "arch/fingerprint.h"

namespace nvcim::workloads {

std::uint64_t weights_fingerprint(const Network& network) {
  std::uint64_t hash = kFingerprintStart;
  const auto add = [&](auto... values) {
    for (const std::int32_t value : {std::int32_t{values}...}) hash = fingerprint(&value, sizeof value, hash);
  };
  const auto add_shape = [&](const Shape& shape) { add(shape.channels, shape.height, shape.width); };
  const auto add_window = [&](const Window& window) {
    add(window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.pad_top, window.pad_left,
        window.pad_bottom, window.pad_right);
  };
  for (const Node& node : network.nodes) {
    add(node.is_mvm() ? 1 : 0);
    add_shape(node.input);
    add_shape(node.output);
    if (!node.is_mvm()) continue;
    add_window(node.mvm.window);
    if (node.mvm.groups != 1 || node.mvm.dilation_h != 1 || node.mvm.dilation_w != 1)
      add(node.mvm.groups, node.mvm.dilation_h, node.mvm.dilation_w);
    add(node.mvm.weight_bits);
    hash = fingerprint(node.mvm.weights.data(), node.mvm.weights.size() * sizeof node.mvm.weights[0], hash);
  }
  return hash;
}

}  // namespace nvcim::workloads
