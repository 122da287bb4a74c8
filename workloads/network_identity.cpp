// SPDX-License-Identifier: Apache-2.0
#include "workloads/network_identity.h"

#include <fmt/format.h>

#include "arch/fingerprint.h"

namespace nvcim::workloads {

std::uint64_t network_fingerprint(const Network& network) {
  std::uint64_t hash = fingerprint(nullptr, 0);
  const auto add_text = [&](const std::string& text) { hash = fingerprint(text.data(), text.size(), hash); };
  const auto add_all = [&](const auto& values) {
    hash = fingerprint(values.data(), values.size() * sizeof(values[0]), hash);
  };
  const auto add_window = [&](const Window& w) {
    add_text(fmt::format("{} {} {} {} {} {} {} {};", w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.pad_top,
                         w.pad_left, w.pad_bottom, w.pad_right));
  };
  const auto add_shape = [&](const Shape& s) { add_text(fmt::format("{} {} {};", s.channels, s.height, s.width)); };
  add_shape(network.input);
  for (const auto& table : network.input_table) add_all(table);
  for (const Node& node : network.nodes) {
    add_text(node.name);
    add_shape(node.input);
    add_shape(node.output);
    add_text(fmt::format("{} {};", node.input_bits, node.input_zero_point));
    if (node.kind == Node::Kind::pool) {
      add_text(node.pool.kind == PoolKind::maximum ? "maximum;" : "average;");
      add_window(node.pool.window);
      continue;
    }
    add_window(node.mvm.window);
    add_all(node.mvm.weights);
    add_all(node.mvm.bias);
    const Requantisation& to_code = node.mvm.requantisation;
    add_text(fmt::format("{} {} {} {} {} {};", node.mvm.weight_bits, node.mvm.raw_output, to_code.multiplier,
                         to_code.zero_point, to_code.code_min, to_code.code_max));
  }
  return hash;
}

}  // namespace nvcim::workloads
