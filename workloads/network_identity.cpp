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
  const auto add_requantisation = [&](const Requantisation& to_code) {
    add_text(fmt::format("{} {} {} {};", to_code.multiplier, to_code.zero_point, to_code.code_min, to_code.code_max));
  };
  for (const Node& node : network.nodes) {
    add_text(node.name);
    add_shape(node.input);
    add_shape(node.output);
    add_text(fmt::format("{} {};", node.input_bits, node.input_zero_point));
    // What a chain has no use for enters only where it is used: chains keep the identity that their files name.
    for (const int source : node.inputs) add_text(fmt::format("from {};", source));
    switch (node.kind) {
      case Node::Kind::mvm: {
        const MvmLayer& mvm = node.mvm;
        add_window(mvm.window);
        if (mvm.groups != 1 || mvm.dilation_h != 1 || mvm.dilation_w != 1)
          add_text(fmt::format("{} {} {};", mvm.groups, mvm.dilation_h, mvm.dilation_w));
        add_all(mvm.weights);
        add_all(mvm.bias);
        add_text(fmt::format("{} {} ", mvm.weight_bits, mvm.raw_output));
        add_requantisation(mvm.requantisation);
        for (const double scale : mvm.channel_scales) add_text(fmt::format("scale {};", scale));
        break;
      }
      case Node::Kind::pool:
        add_text(node.pool.kind == PoolKind::maximum ? "maximum;" : "average;");
        add_window(node.pool.window);
        break;
      case Node::Kind::add:
      case Node::Kind::multiply:
        add_text(node.kind == Node::Kind::add ? "add;" : "multiply;");
        for (const JoinInput& input : node.join.inputs)
          add_text(fmt::format("{} {} {};", input.multiplier, input.zero_point, input.bits));
        add_requantisation(node.join.requantisation);
        break;
      case Node::Kind::concat:
        add_text("concat;");
        break;
      case Node::Kind::lookup:
        add_text(fmt::format("lookup {};", node.lookup.zero_point));
        add_all(node.lookup.table);
        break;
      case Node::Kind::rearrange:
        add_text("rearrange;");
        for (const auto* list : {&node.rearrange.channels, &node.rearrange.rows, &node.rearrange.columns}) {
          add_text(fmt::format("{};", list->size()));
          add_all(*list);
        }
        break;
    }
  }
  return hash;
}

}  // namespace nvcim::workloads
