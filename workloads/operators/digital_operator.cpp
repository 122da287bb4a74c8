// SPDX-License-Identifier: Apache-2.0
#include "workloads/operators/digital_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "arch/check.h"

namespace nvcim::workloads {

const DigitalOperator& operator_of(const Node& node) {
  // In the order of Node::Kind, whose first is the MVM.
#define NVCIM_ENTRY(name) &operators::name,
  static const std::array all = {NVCIM_DIGITAL_OPERATORS(NVCIM_ENTRY)};
#undef NVCIM_ENTRY
  NVCIM_CHECK(!node.is_mvm(), "{} is no digital node", node.name);
  return *all[static_cast<std::size_t>(node.kind) - 1];
}

MapCodes codes_read(const Node& node, std::size_t k) {
  return node.is_mvm() ? MapCodes{node.input_bits, node.input_zero_point} : operator_of(node).codes_read(node, k);
}

std::pair<int, int> codes_given(const Node& node) {
  if (node.is_mvm()) return {node.mvm.requantisation.zero_point, node.mvm.requantisation.code_max};
  return operator_of(node).codes_given(node);
}

bool is_view(const Node& node) {
  return !node.is_mvm() && operator_of(node).is_view();
}

const RearrangeLayer* order_of(const Node& node) {
  return node.is_mvm() ? nullptr : operator_of(node).order_of(node);
}

void IdentityText::add_window(const Window& w) {
  add(fmt::format("{} {} {} {} {} {} {} {};", w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.pad_top, w.pad_left,
                  w.pad_bottom, w.pad_right));
}

void IdentityText::add_requantisation(const Requantisation& to_code) {
  add(fmt::format("{} {} {} {};", to_code.multiplier, to_code.zero_point, to_code.code_min, to_code.code_max));
}

Shape DigitalOperator::input_shape(const NodeCheck& check) const {
  return check.network.map(check.sources[0]);
}

MapCodes DigitalOperator::codes_read(const Node& node, std::size_t) const {
  return {node.input_bits, node.input_zero_point};
}

std::pair<int, int> DigitalOperator::codes_given(const Node& node) const {
  return {node.input_zero_point, (1 << std::clamp(node.input_bits, 1, 8)) - 1};
}

double DigitalOperator::step(const Node&, std::span<const double> steps) const {
  return steps[0];
}

int DigitalOperator::scalings(int) const {
  return 0;
}

void DigitalOperator::combine(const Node& node, std::span<const std::uint8_t* const>, std::size_t,
                              std::uint8_t*) const {
  NVCIM_CHECK(false, "{} does not combine values of one place", node.name);
}

void DigitalOperator::prepare(const Node&, std::size_t, DerivativeStep::Saved&) const {}

std::string DigitalOperator::input_fault(const Node&, std::size_t) const {
  return {};
}

std::string window_text(const Window& window) {
  std::string text = fmt::format("{} x {}", window.kernel_h, window.kernel_w);
  if (window.stride_h != 1 || window.stride_w != 1)
    text += window.stride_h == window.stride_w ? fmt::format(" / {}", window.stride_h)
                                               : fmt::format(" / {} x {}", window.stride_h, window.stride_w);
  return text;
}

std::string shape_of_map_text(const Shape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

void check_window(const NodeCheck& check, const Window& window, int span_h, int span_w, int channels) {
  const Node& node = check.node;
  if (std::min({window.kernel_h, window.kernel_w, window.stride_h, window.stride_w}) < 1 ||
      std::min({window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}) < 0) {
    check.say("has a kernel or stride below 1 or a pad below 0");
    return;
  }
  const int height = node.input.height + window.pad_top + window.pad_bottom - span_h;
  const int width = node.input.width + window.pad_left + window.pad_right - span_w;
  const Shape follows{channels, height < 0 ? 0 : height / window.stride_h + 1,
                      width < 0 ? 0 : width / window.stride_w + 1};
  if (node.output != follows)
    check.say(fmt::format("gives {}, but its window makes it {}", shape_of_map_text(node.output),
                          shape_of_map_text(follows)));
}

}  // namespace nvcim::workloads
