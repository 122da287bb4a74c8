// SPDX-License-Identifier: Apache-2.0
#include "workloads/network_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {
namespace {

class Checker {
 public:
  explicit Checker(const Network& network) : network_(network) {}

  std::vector<std::string> run() {
    if (network_.nodes.empty()) return {"the network has no nodes"};
    for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n)
      if (!check_inputs(n)) return std::move(faults_);  // nothing else can be said about a graph that does not hold up
    for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) check_node(n);
    check_maps();
    return std::move(faults_);
  }

 private:
  template <class... Parts>
  void say(const Node& node, fmt::format_string<Parts...> format, Parts&&... parts) {
    faults_.push_back(node.name + " " + fmt::format(format, std::forward<Parts>(parts)...));
  }

  bool check_inputs(int n) {
    const Node& node = network_.nodes[n];
    const std::vector<int> sources = network_.sources(n);
    for (const int source : sources)
      if (source < kNetworkInput || source >= n) {
        say(node, "is node {} and reads node {}, which is not before it", n, source);
        return false;
      }
    const std::size_t count = sources.size();
    const auto [least, largest] =
        node.is_mvm() ? std::pair<std::size_t, std::size_t>(1, 1) : operator_of(node).input_count();
    if (count < least || count > largest) {
      say(node, "has {} inputs", count);
      return false;
    }
    const std::string fault = node.is_mvm() ? "" : operator_of(node).input_fault(node, count);
    if (!fault.empty()) say(node, "{}", fault);
    if (!fault.empty()) return false;
    return true;
  }

  void check_node(int n) {
    const Node& node = network_.nodes[n];
    const std::vector<int> sources = network_.sources(n);
    const NodeCheck check{network_, node, sources, [&](const std::string& fault) { say(node, "{}", fault); }};
    const Shape& first = network_.map(sources[0]);
    const Shape input = node.is_mvm() ? first : operator_of(node).input_shape(check);
    if (node.input != input)
      say(node, "takes {}, but its {} {}", shape_of_map_text(node.input), input == first ? "input is" : "inputs are",
          shape_of_map_text(input));
    if (node.is_mvm())
      check_mvm(check);
    else
      operator_of(node).check(check);
  }

  void check_mvm(const NodeCheck& check) {
    const Node& node = check.node;
    const MvmLayer& mvm = node.mvm;
    if (std::min({mvm.dilation_h, mvm.dilation_w, mvm.groups}) < 1) {
      say(node, "has groups or a dilation below 1");
      return;
    }
    if (node.input.channels % mvm.groups != 0 || node.output.channels % mvm.groups != 0) {
      say(node, "has {} groups of {} and {} channels", mvm.groups, node.input.channels, node.output.channels);
      return;
    }
    check_window(check, mvm.window, mvm.span_h(), mvm.span_w(), node.output.channels);
    const std::size_t weights = std::size_t(node.matrix_rows()) * node.outputs();
    if (!mvm.weights.empty() && mvm.weights.size() != weights)
      say(node, "has {} weights, but {} x {} are needed", mvm.weights.size(), node.outputs(), node.matrix_rows());
    if (!mvm.bias.empty() && mvm.bias.size() != std::size_t(node.outputs()))
      say(node, "has {} biases for {} outputs", mvm.bias.size(), node.outputs());
    if (!mvm.channel_scales.empty() && mvm.channel_scales.size() != std::size_t(node.outputs()))
      say(node, "has {} channel scales for {} outputs", mvm.channel_scales.size(), node.outputs());
    for (const double scale : mvm.channel_scales)
      if (!(scale > 0) || !std::isfinite(scale)) say(node, "has a channel scale of {}", scale);
    if (mvm.raw_output && !mvm.channel_scales.empty()) say(node, "keeps raw sums, which cannot have channel scales");
    if (mvm.raw_output && &node != &network_.nodes.back()) say(node, "keeps raw sums, but is not the last node");
  }

  void check_maps() {
    std::vector<std::optional<MapCodes>> codes(network_.nodes.size() + 1);
    std::vector<const Node*> first(codes.size(), nullptr);
    for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) {
      const Node& node = network_.nodes[n];
      const std::vector<int> sources = network_.sources(n);
      for (std::size_t k = 0; k < sources.size(); ++k) {
        const MapCodes wanted = codes_read(node, k);
        if (wanted.bits < 1 || wanted.bits > 8) say(node, "takes codes of {} bits", wanted.bits);
        if (wanted.zero_point < 0 || wanted.zero_point > 255)
          say(node, "takes codes with zero point {}", wanted.zero_point);
        std::optional<MapCodes>& of_map = codes[sources[k] + 1];
        if (!of_map) {
          of_map = wanted;
          first[sources[k] + 1] = &node;
        } else if (of_map->bits != wanted.bits || of_map->zero_point != wanted.zero_point) {
          say(node, "takes {} bits with zero point {}, but {} takes {} with {} of the same map", wanted.bits,
              wanted.zero_point, first[sources[k] + 1]->name, of_map->bits, of_map->zero_point);
        }
      }
    }
    if (codes[0] && codes[0]->bits != network_.input_bits)
      say(*first[0], "takes {} bits, but the network's input has {}", codes[0]->bits, network_.input_bits);
    for (std::size_t n = 0; n + 1 < network_.nodes.size(); ++n) {
      const Node& node = network_.nodes[n];
      const std::optional<MapCodes>& read = codes[n + 1];
      if (!read) {
        say(node, "is read by no node");
        continue;
      }
      const auto [zero_point, largest] = codes_given(node);
      if (read->zero_point != zero_point)
        say(node, "has zero point {}, but {} takes {}", zero_point, first[n + 1]->name, read->zero_point);
      if (largest >= 1 << std::clamp(read->bits, 0, 8))
        say(node, "makes codes up to {}, but {} takes {} bits", largest, first[n + 1]->name, read->bits);
    }
  }

  const Network& network_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> network_faults(const Network& network) {
  return Checker(network).run();
}

}  // namespace nvcim::workloads
