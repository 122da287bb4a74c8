// SPDX-License-Identifier: Apache-2.0
#include "workloads/network_identity.h"

#include <fmt/format.h>

#include "arch/fingerprint.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {
namespace {

class Hash : public IdentityText {
 public:
  void add(const std::string& text) override { add_bytes(text.data(), text.size()); }
  void add_bytes(const void* bytes, std::size_t count) override { hash_ = fingerprint(bytes, count, hash_); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = fingerprint(nullptr, 0);
};

void identify_mvm(const MvmLayer& mvm, Hash& hash) {
  hash.add_window(mvm.window);
  if (mvm.groups != 1 || mvm.dilation_h != 1 || mvm.dilation_w != 1)
    hash.add(fmt::format("{} {} {};", mvm.groups, mvm.dilation_h, mvm.dilation_w));
  hash.add_all(mvm.weights);
  hash.add_all(mvm.bias);
  hash.add(fmt::format("{} {} ", mvm.weight_bits, mvm.raw_output));
  hash.add_requantisation(mvm.requantisation);
  for (const double scale : mvm.channel_scales) hash.add(fmt::format("scale {};", scale));
}

}  // namespace

std::uint64_t network_fingerprint(const Network& network) {
  Hash hash;
  const auto add_shape = [&](const Shape& s) { hash.add(fmt::format("{} {} {};", s.channels, s.height, s.width)); };
  add_shape(network.input);
  for (const auto& table : network.input_table) hash.add_all(table);
  for (const Node& node : network.nodes) {
    hash.add(node.name);
    add_shape(node.input);
    add_shape(node.output);
    hash.add(fmt::format("{} {};", node.input_bits, node.input_zero_point));
    // What a chain has no use for enters only where it is used: chains keep the identity that their files name.
    for (const int source : node.inputs) hash.add(fmt::format("from {};", source));
    if (node.is_mvm())
      identify_mvm(node.mvm, hash);
    else
      operator_of(node).identify(node, hash);
  }
  return hash.value();
}

}  // namespace nvcim::workloads
