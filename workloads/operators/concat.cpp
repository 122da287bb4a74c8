// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {
namespace {

class Concat : public DigitalOperator {
 public:
  const char* report_name() const override { return "concatenation"; }
  std::string text(const Node& node) const override { return fmt::format("concatenation of {}", node.inputs.size()); }
  DigitalUnit unit() const override { return DigitalUnit::buffer; }
  bool is_epilogue() const override { return false; }
  bool is_view() const override { return true; }
  std::pair<std::size_t, std::size_t> input_count() const override {
    return {2, std::numeric_limits<std::size_t>::max()};
  }

  Shape input_shape(const NodeCheck& check) const override {
    Shape whole = check.network.map(check.sources[0]);
    whole.channels = 0;
    for (const int source : check.sources) {
      const Shape& map = check.network.map(source);
      whole.channels += map.channels;
      if (map.height != whole.height || map.width != whole.width)
        check.say(fmt::format("joins maps of {} x {} and {} x {}", whole.height, whole.width, map.height, map.width));
    }
    return whole;
  }
  void check(const NodeCheck& check) const override {
    if (check.node.output != check.node.input)
      check.say(
          fmt::format("gives {} for {}", shape_of_map_text(check.node.output), shape_of_map_text(check.node.input)));
  }
  void identify(const Node&, IdentityText& text) const override { text.add("concat;"); }
  void compute(const Network& network, int node, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const std::size_t part = network.map(network.nodes[node].inputs[k]).size();
      std::memcpy(output, inputs[k], part);
      output += part;
    }
  }

  void forward(DerivativeStep& step) const override {
    float* out = step.output();
    for (int k = 0; k < step.inputs(); ++k) out = std::copy_n(step.input(k), step.input_size(k) * step.samples, out);
  }
  void backward(DerivativeStep& step) const override {
    const float* g = step.slopes();
    for (int k = 0; k < step.inputs(); ++k) {
      const std::size_t count = step.input_size(k) * step.samples;
      if (float* lower = step.slopes_of_input(k))
        for (std::size_t i = 0; i < count; ++i) lower[i] += g[i];
      g += count;
    }
  }
};
const Concat kConcat;

}  // namespace

const DigitalOperator& operators::concat = kConcat;

}  // namespace nvcim::workloads
