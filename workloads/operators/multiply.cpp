// SPDX-License-Identifier: Apache-2.0
#include "workloads/operators/joining_operator.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

/// One factor for `count` elements when `step` is 0, one for each when it is 1.
void multiply_codes(const JoinLayer& layer, const std::uint8_t* codes, const std::uint8_t* factors, int step,
                    std::size_t count, std::uint8_t* output) {
  const int zero = layer.inputs[0].zero_point, factor_zero = layer.inputs[1].zero_point;
  for (std::size_t i = 0; i < count; ++i, factors += step)
    output[i] = requantise((codes[i] - zero) * (*factors - factor_zero), 0, layer.requantisation);
}

/// The second map may be channels x 1 x 1: one factor for each channel.
class Multiply : public JoiningOperator {
 public:
  const char* report_name() const override { return "product"; }
  std::string text(const Node&) const override { return "product"; }
  std::pair<std::size_t, std::size_t> input_count() const override { return {2, 2}; }
  int scalings(int) const override { return 1; }
  double step(const Node& node, std::span<const double> steps) const override {
    return steps[0] * (steps[1] / node.join.requantisation.multiplier);
  }

  void combine(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count,
               std::uint8_t* output) const override {
    multiply_codes(node.join, inputs[0], inputs[1], 1, count, output);
  }
  void compute(const Network& network, int index, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    const Node& node = network.nodes[index];
    if (network.map(network.sources(index)[1]) == node.output) return combine(node, inputs, node.output.size(), output);
    for (int channel = 0; channel < node.output.channels; ++channel) {
      const std::size_t plane = node.positions();
      multiply_codes(node.join, inputs[0] + channel * plane, inputs[1] + channel, 0, plane, output + channel * plane);
    }
  }

 protected:
  const char* identity_word() const override { return "multiply;"; }
  bool may_join(const Node& node, const Shape& map) const override { return map == Shape{node.output.channels, 1, 1}; }
  void sums(const DerivativeStep& step, float* products) const override {
    const float *in = step.input(0), *factors = step.input(1);
    const std::size_t share = step.node.output.size() / step.input_size(1);
    for (std::size_t i = 0; i < step.count(); ++i) products[i] = in[i] * factors[i / share];
  }
  void pass_back(const DerivativeStep& step, int k, const float* g, float* lower) const override {
    const float* others = step.input(1 - k);
    const std::size_t share = step.node.output.size() / step.input_size(k);
    const std::size_t others_share = step.node.output.size() / step.input_size(1 - k);
    for (std::size_t i = 0; i < step.count(); ++i) lower[i / share] += others[i / others_share] * g[i];
  }
};
const Multiply kMultiply;

}  // namespace

const DigitalOperator& operators::multiply = kMultiply;

}  // namespace nvcim::workloads
