// SPDX-License-Identifier: Apache-2.0
#include "workloads/network_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace nvcim::workloads {
namespace {

using Kind = Node::Kind;

std::string text(const Shape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

/// What a reader expects of a map's codes.
struct Codes {
  int bits = 8;
  int zero_point = 0;
};

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
    const bool joins = node.kind == Kind::add || node.kind == Kind::multiply;
    const std::size_t count = sources.size();
    if (node.kind == Kind::multiply ? count != 2 : joins || node.kind == Kind::concat ? count < 2 : count != 1) {
      say(node, "has {} inputs", count);
      return false;
    }
    if (joins && node.join.inputs.size() != count) {
      say(node, "has {} inputs and parameters for {}", count, node.join.inputs.size());
      return false;
    }
    return true;
  }

  void check_node(int n) {
    const Node& node = network_.nodes[n];
    const std::vector<int> sources = network_.sources(n);
    if (node.kind == Kind::concat)
      check_concat(node, sources);
    else if (node.input != network_.map(sources[0]))
      say(node, "takes {}, but its input is {}", text(node.input), text(network_.map(sources[0])));
    switch (node.kind) {
      case Kind::mvm:
        return check_mvm(node);
      case Kind::pool:
        if (std::max(node.pool.window.pad_top, node.pool.window.pad_bottom) >= node.pool.window.kernel_h ||
            std::max(node.pool.window.pad_left, node.pool.window.pad_right) >= node.pool.window.kernel_w)
          say(node, "has pads as large as its kernel");
        return check_window(node, node.pool.window, node.pool.window.kernel_h, node.pool.window.kernel_w,
                            node.input.channels);
      case Kind::add:
      case Kind::multiply:
        return check_join(node, sources);
      case Kind::concat:
      case Kind::lookup:
        if (node.output != node.input) say(node, "gives {} for {}", text(node.output), text(node.input));
        if (node.kind == Kind::lookup && !node.lookup.exact.empty() && node.lookup.exact.size() != 256)
          say(node, "has {} exact values for 256 codes", node.lookup.exact.size());
        return;
      case Kind::rearrange:
        return check_rearrange(node);
    }
  }

  void check_window(const Node& node, const Window& window, int span_h, int span_w, int channels) {
    if (std::min({window.kernel_h, window.kernel_w, window.stride_h, window.stride_w}) < 1 ||
        std::min({window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}) < 0) {
      say(node, "has a kernel or stride below 1 or a pad below 0");
      return;
    }
    const int height = node.input.height + window.pad_top + window.pad_bottom - span_h;
    const int width = node.input.width + window.pad_left + window.pad_right - span_w;
    const Shape follows{channels, height < 0 ? 0 : height / window.stride_h + 1,
                        width < 0 ? 0 : width / window.stride_w + 1};
    if (node.output != follows) say(node, "gives {}, but its window makes it {}", text(node.output), text(follows));
  }

  void check_mvm(const Node& node) {
    const MvmLayer& mvm = node.mvm;
    if (std::min({mvm.dilation_h, mvm.dilation_w, mvm.groups}) < 1) {
      say(node, "has groups or a dilation below 1");
      return;
    }
    if (node.input.channels % mvm.groups != 0 || node.output.channels % mvm.groups != 0) {
      say(node, "has {} groups of {} and {} channels", mvm.groups, node.input.channels, node.output.channels);
      return;
    }
    check_window(node, mvm.window, mvm.span_h(), mvm.span_w(), node.output.channels);
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

  void check_join(const Node& node, const std::vector<int>& sources) {
    const JoinInput& first = node.join.inputs[0];
    if (first.bits != node.input_bits || first.zero_point != node.input_zero_point)
      say(node, "takes {} bits with zero point {}, but of its first input {} with {}", node.input_bits,
          node.input_zero_point, first.bits, first.zero_point);
    if (node.output != node.input) say(node, "gives {} for {}", text(node.output), text(node.input));
    const Shape factors{node.output.channels, 1, 1};
    for (std::size_t k = 1; k < sources.size(); ++k) {
      const Shape& map = network_.map(sources[k]);
      if (map != node.output && (node.kind == Kind::add || map != factors))
        say(node, "joins {} and {}", text(node.output), text(map));
    }
  }

  void check_concat(const Node& node, const std::vector<int>& sources) {
    Shape whole = network_.map(sources[0]);
    whole.channels = 0;
    for (const int source : sources) {
      const Shape& map = network_.map(source);
      whole.channels += map.channels;
      if (map.height != whole.height || map.width != whole.width)
        say(node, "joins maps of {} x {} and {} x {}", whole.height, whole.width, map.height, map.width);
    }
    if (node.input != whole) say(node, "takes {}, but its inputs are {}", text(node.input), text(whole));
  }

  void check_rearrange(const Node& node) {
    const auto check = [&](const char* what, const std::vector<int>& list, int size) {
      for (const int index : list)
        if (index < -1 || index >= size) {
          say(node, "reads {} {} of {}", what, index, size);
          return;
        }
    };
    check("channel", node.rearrange.channels, node.input.channels);
    check("row", node.rearrange.rows, node.input.height);
    check("column", node.rearrange.columns, node.input.width);
    const Shape follows{static_cast<int>(node.rearrange.channels.size()), static_cast<int>(node.rearrange.rows.size()),
                        static_cast<int>(node.rearrange.columns.size())};
    if (node.output != follows || follows.size() == 0)
      say(node, "gives {}, but its lists make it {}", text(node.output), text(follows));
  }

  /// Codes of what a node reads as its k-th input.
  static Codes expected(const Node& node, std::size_t k) {
    if (node.kind == Kind::add || node.kind == Kind::multiply)
      return {node.join.inputs[k].bits, node.join.inputs[k].zero_point};
    return {node.input_bits, node.input_zero_point};
  }

  /// Zero point and largest code of what a node makes.
  static std::pair<int, int> made(const Node& node) {
    const int largest_input = (1 << std::clamp(node.input_bits, 1, 8)) - 1;
    switch (node.kind) {
      case Kind::mvm:
        return {node.mvm.requantisation.zero_point, node.mvm.requantisation.code_max};
      case Kind::add:
      case Kind::multiply:
        return {node.join.requantisation.zero_point, node.join.requantisation.code_max};
      case Kind::lookup:
        return {node.lookup.zero_point,
                *std::max_element(node.lookup.table.begin(), node.lookup.table.begin() + largest_input + 1)};
      case Kind::pool:
      case Kind::concat:
      case Kind::rearrange:
        break;
    }
    return {node.input_zero_point, largest_input};
  }

  void check_maps() {
    std::vector<std::optional<Codes>> codes(network_.nodes.size() + 1);
    std::vector<const Node*> first(codes.size(), nullptr);
    for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) {
      const Node& node = network_.nodes[n];
      const std::vector<int> sources = network_.sources(n);
      for (std::size_t k = 0; k < sources.size(); ++k) {
        const Codes wanted = expected(node, k);
        if (wanted.bits < 1 || wanted.bits > 8) say(node, "takes codes of {} bits", wanted.bits);
        if (wanted.zero_point < 0 || wanted.zero_point > 255)
          say(node, "takes codes with zero point {}", wanted.zero_point);
        std::optional<Codes>& of_map = codes[sources[k] + 1];
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
      const std::optional<Codes>& read = codes[n + 1];
      if (!read) {
        say(node, "is read by no node");
        continue;
      }
      const auto [zero_point, largest] = made(node);
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
