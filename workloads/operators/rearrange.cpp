// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {
namespace {

/// Calls visit(index in the output, index in the input or -1 for the fill) for every element of a batch.
template <class Visit>
void for_each_moved(const Node& node, int samples, Visit visit) {
  const RearrangeLayer& order = node.rearrange;
  const std::size_t in_plane = std::size_t(node.input.height) * node.input.width;
  std::size_t to = 0;
  for (const int channel : order.channels)
    for (int sample = 0; sample < samples; ++sample)
      for (const int row : order.rows)
        for (const int column : order.columns) {
          const bool filled = channel < 0 || row < 0 || column < 0;
          visit(to++, filled ? -1
                             : static_cast<std::ptrdiff_t>((std::size_t(channel) * samples + sample) * in_plane +
                                                           std::size_t(row) * node.input.width + column));
        }
}

class Rearrange : public DigitalOperator {
 public:
  const char* report_name() const override { return "rearrangement"; }
  std::string text(const Node&) const override { return "rearrangement"; }
  DigitalUnit unit() const override { return DigitalUnit::buffer; }
  bool is_epilogue() const override { return false; }
  const RearrangeLayer* order_of(const Node& node) const override { return &node.rearrange; }
  std::pair<std::size_t, std::size_t> input_count() const override { return {1, 1}; }

  void check(const NodeCheck& check) const override {
    const Node& node = check.node;
    const auto check_list = [&](const char* what, const std::vector<int>& list, int size) {
      for (const int index : list)
        if (index < -1 || index >= size) {
          check.say(fmt::format("reads {} {} of {}", what, index, size));
          return;
        }
    };
    check_list("channel", node.rearrange.channels, node.input.channels);
    check_list("row", node.rearrange.rows, node.input.height);
    check_list("column", node.rearrange.columns, node.input.width);
    const Shape follows{static_cast<int>(node.rearrange.channels.size()), static_cast<int>(node.rearrange.rows.size()),
                        static_cast<int>(node.rearrange.columns.size())};
    if (node.output != follows || follows.size() == 0)
      check.say(fmt::format("gives {}, but its lists make it {}", shape_of_map_text(node.output),
                            shape_of_map_text(follows)));
  }
  void identify(const Node& node, IdentityText& text) const override {
    text.add("rearrange;");
    for (const auto* list : {&node.rearrange.channels, &node.rearrange.rows, &node.rearrange.columns}) {
      text.add(fmt::format("{};", list->size()));
      text.add_all(*list);
    }
  }
  void compute(const Network& network, int index, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    const Node& node = network.nodes[index];
    const auto zero = static_cast<std::uint8_t>(node.input_zero_point);
    const std::uint8_t* input = inputs[0];
    for_each_moved(node, 1, [&](std::size_t to, std::ptrdiff_t from) { output[to] = from < 0 ? zero : input[from]; });
  }

  void combine(const Node&, std::span<const std::uint8_t* const> inputs, std::size_t count,
               std::uint8_t* output) const override {
    std::copy_n(inputs[0], count, output);
  }

  void forward(DerivativeStep& step) const override {
    const float* in = step.input(0);
    float* out = step.output();
    for_each_moved(step.node, step.samples,
                   [&](std::size_t to, std::ptrdiff_t from) { out[to] = from < 0 ? 0.0f : in[from]; });
  }
  void backward(DerivativeStep& step) const override {
    const float* g = step.slopes();
    float* lower = step.slopes_of_input(0);
    for_each_moved(step.node, step.samples, [&](std::size_t to, std::ptrdiff_t from) {
      if (from >= 0) lower[from] += g[to];
    });
  }
};
const Rearrange kRearrange;

}  // namespace

const DigitalOperator& operators::rearrange = kRearrange;

}  // namespace nvcim::workloads
