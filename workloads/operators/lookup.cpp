// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "workloads/float_graph.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {
namespace {

/// Steps out per step in, by code.
std::vector<float> table_slopes(const Node& node) {
  const GraphActivation activation{.kind = GraphActivation::Kind::lookup,
                                   .table = std::make_shared<LookupLayer>(node.lookup),
                                   .zero_point = node.input_zero_point,
                                   .largest = (1 << node.input_bits) - 1};
  std::vector<float> slopes(256, 0.0f);
  for (int code = 0; code <= activation.largest; ++code)
    slopes[code] = static_cast<float>(activation_point(activation, code - node.input_zero_point).first);
  return slopes;
}

class Lookup : public DigitalOperator {
 public:
  const char* report_name() const override { return "table"; }
  std::string text(const Node&) const override { return "table of a function"; }
  DigitalUnit unit() const override { return DigitalUnit::activation; }
  bool is_epilogue() const override { return true; }
  std::int64_t operations(const Node& node) const override { return node.output.size(); }
  std::pair<std::size_t, std::size_t> input_count() const override { return {1, 1}; }

  void check(const NodeCheck& check) const override {
    const Node& node = check.node;
    if (node.output != node.input)
      check.say(fmt::format("gives {} for {}", shape_of_map_text(node.output), shape_of_map_text(node.input)));
    if (!node.lookup.exact.empty() && node.lookup.exact.size() != 256)
      check.say(fmt::format("has {} exact values for 256 codes", node.lookup.exact.size()));
  }
  std::pair<int, int> codes_given(const Node& node) const override {
    const int codes = 1 << std::clamp(node.input_bits, 1, 8);
    return {node.lookup.zero_point, *std::max_element(node.lookup.table.begin(), node.lookup.table.begin() + codes)};
  }
  void identify(const Node& node, IdentityText& text) const override {
    text.add(fmt::format("lookup {};", node.lookup.zero_point));
    text.add_all(node.lookup.table);
  }
  double step(const Node& node, std::span<const double> steps) const override {
    return steps[0] * node.lookup.scale_ratio;
  }
  void compute(const Network& network, int index, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    const Node& node = network.nodes[index];
    const std::size_t size = node.output.size();
    for (std::size_t i = 0; i < size; ++i) output[i] = node.lookup.table[inputs[0][i]];
  }

  void prepare(const Node& node, std::size_t, DerivativeStep::Saved& saved) const override {
    saved.slope = table_slopes(node);
  }
  void forward(DerivativeStep& step) const override {
    const Node& node = step.node;
    const float* in = step.input(0);
    float* out = step.output();
    for (std::size_t i = 0; i < step.count(); ++i)
      out[i] = static_cast<float>(node.lookup.table[static_cast<int>(in[i]) + node.input_zero_point] -
                                  node.lookup.zero_point);
  }
  void backward(DerivativeStep& step) const override {
    const float* in = step.input(0);
    const float* g = step.slopes();
    float* lower = step.slopes_of_input(0);
    for (std::size_t i = 0; i < step.count(); ++i)
      lower[i] += g[i] * step.saved().slope[static_cast<int>(in[i]) + step.node.input_zero_point];
  }
};
const Lookup kLookup;

}  // namespace

const DigitalOperator& operators::lookup = kLookup;

}  // namespace nvcim::workloads
