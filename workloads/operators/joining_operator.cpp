// SPDX-License-Identifier: Apache-2.0
#include "workloads/operators/joining_operator.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/round_float.h"

namespace nvcim::workloads {

std::string JoiningOperator::input_fault(const Node& node, std::size_t inputs) const {
  if (node.join.inputs.size() == inputs) return {};
  return fmt::format("has {} inputs and parameters for {}", inputs, node.join.inputs.size());
}

void JoiningOperator::check(const NodeCheck& check) const {
  const Node& node = check.node;
  const JoinInput& first = node.join.inputs[0];
  if (first.bits != node.input_bits || first.zero_point != node.input_zero_point)
    check.say(fmt::format("takes {} bits with zero point {}, but of its first input {} with {}", node.input_bits,
                          node.input_zero_point, first.bits, first.zero_point));
  if (node.output != node.input)
    check.say(fmt::format("gives {} for {}", shape_of_map_text(node.output), shape_of_map_text(node.input)));
  for (std::size_t k = 1; k < check.sources.size(); ++k) {
    const Shape& map = check.network.map(check.sources[k]);
    if (map != node.output && !may_join(node, map))
      check.say(fmt::format("joins {} and {}", shape_of_map_text(node.output), shape_of_map_text(map)));
  }
}

MapCodes JoiningOperator::codes_read(const Node& node, std::size_t k) const {
  return {node.join.inputs[k].bits, node.join.inputs[k].zero_point};
}

std::pair<int, int> JoiningOperator::codes_given(const Node& node) const {
  return {node.join.requantisation.zero_point, node.join.requantisation.code_max};
}

void JoiningOperator::identify(const Node& node, IdentityText& text) const {
  text.add(identity_word());
  for (const JoinInput& input : node.join.inputs)
    text.add(fmt::format("{} {} {};", input.multiplier, input.zero_point, input.bits));
  text.add_requantisation(node.join.requantisation);
}

void JoiningOperator::prepare(const Node&, std::size_t count, DerivativeStep::Saved& saved) const {
  saved.open.resize(count);
}

void JoiningOperator::forward(DerivativeStep& step) const {
  float* out = step.output();
  sums(step, out);
  const Requantisation& to_code = step.node.join.requantisation;
  const float low = static_cast<float>(to_code.code_min - to_code.zero_point);
  const float high = static_cast<float>(to_code.code_max - to_code.zero_point);
  const float multiplier = static_cast<float>(to_code.multiplier);
  std::uint8_t* open = step.saved().open.data();
  for (std::size_t i = 0; i < step.count(); ++i) {
    const float scaled = out[i] * multiplier;
    open[i] = scaled > low && scaled <= high;
    out[i] = round_float(std::min(std::max(scaled, low), high));
  }
}

void JoiningOperator::backward(DerivativeStep& step) const {
  const auto slope = static_cast<float>(step.node.join.requantisation.multiplier);
  const std::uint8_t* open = step.saved().open.data();
  float* g = step.slopes();
  for (std::size_t i = 0; i < step.count(); ++i) g[i] = open[i] != 0 ? g[i] * slope : 0.0f;
  for (int k = 0; k < step.inputs(); ++k)
    if (float* lower = step.slopes_of_input(k)) pass_back(step, k, g, lower);
}

}  // namespace nvcim::workloads
