// SPDX-License-Identifier: Apache-2.0
#include "workloads/quantisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "arch/input_error.h"
#include "arch/printable.h"
#include "workloads/network_check.h"

namespace nvcim::workloads {
namespace {

using Kind = Node::Kind;

constexpr int kImageBits = 8;
// Far from any network and from where a difference or a product of two would leave a double.
constexpr double kLargestValue = 1e30;
constexpr double kLargestBias = 4503599627370496;  // 2^52 steps: whole numbers of a double

/// Maps that have one scale because something passes them through or joins them.
class Classes {
 public:
  explicit Classes(const Lowered& lowered) : parent_(lowered.nodes.size() + 1) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (std::size_t n = 0; n < lowered.nodes.size(); ++n)
      if (lowered.nodes[n].passes())
        for (const int source : lowered.nodes[n].node.inputs) parent_[of(source)] = of(static_cast<int>(n));
  }
  /// @param source  a node, or kNetworkInput
  int of(int source) const {
    int at = source + 1;
    while (parent_[at] != at) at = parent_[at];
    return at;
  }
  std::size_t count() const { return parent_.size(); }

 private:
  std::vector<int> parent_;
};

ValueRange with(ValueRange a, const ValueRange& b) {
  return {std::min({a.low, b.low, 0.0}), std::max({a.high, b.high, 0.0})};
}

ValueRange image_range(const std::optional<PixelScale>& pixels) {
  if (!pixels) return {0, 1};
  ValueRange range;
  for (std::size_t channel = 0; channel < pixels->scale.size(); ++channel)
    for (const int pixel : {0, 255}) {
      const double value = pixel * pixels->scale[channel] + pixels->offset[channel];
      range = with(range, {value, value});
    }
  return range;
}

class Quantiser {
 public:
  Quantiser(const Lowered& lowered, const Quantisation& quantisation)
      : lowered_(lowered), quantisation_(quantisation), classes_(lowered), scales_(classes_.count()) {}

  Network run() {
    find_scales();
    network_.name = lowered_.name;
    network_.data = quantisation_.data;
    network_.float_accuracy = quantisation_.float_accuracy;
    network_.input = lowered_.input;
    network_.input_bits = scale(kNetworkInput).bits;
    set_input_table();
    for (const LoweredNode& lowered : lowered_.nodes) {
      network_.nodes.push_back(quantised(lowered));
      network_.nodes.back().name = printable(lowered.node.name);  // it goes to terminals, tables and other files
    }
    refuse_faults();
    return std::move(network_);
  }

 private:
  const MapScale& scale(int source) const { return scales_[classes_.of(source)]; }

  void check_range(const ValueRange& range, const std::string& map, std::vector<InputIssue>& issues) const {
    if (std::abs(range.low) <= kLargestValue && std::abs(range.high) <= kLargestValue) return;
    issues.push_back(
        {lowered_.name, map,
         fmt::format("reaches values of {:.3g} to {:.3g}; up to {:g} can be quantised: look at the weights "
                     "and at --normalize",
                     range.low, range.high, kLargestValue)});
  }

  /// Numbers that no integers can stand for: they come from the weights, the normalisation and the ranges.
  void refuse_faults() const {
    std::vector<InputIssue> issues;
    for (const std::string& fault : network_faults(network_))
      issues.push_back({network_.name, "",
                        fault + "; its numbers are too large or too small to be quantised: look at its weights and at "
                                "--normalize"});
    if (!issues.empty()) throw InputError(std::move(issues));
  }

  void find_scales() {
    std::vector<ValueRange> ranges(classes_.count());
    std::vector<InputIssue> issues;
    const auto image = quantisation_.ranges.find(lowered_.value_names.front());
    ranges[classes_.of(kNetworkInput)] =
        image == quantisation_.ranges.end() ? image_range(lowered_.pixels) : with(image->second, {});
    for (std::size_t n = 0; n < lowered_.nodes.size(); ++n) {
      const LoweredNode& lowered = lowered_.nodes[n];
      if (lowered.passes() || lowered.node.mvm.raw_output) continue;
      const auto found = quantisation_.ranges.find(lowered_.value_names[lowered.values]);
      if (found == quantisation_.ranges.end()) {
        issues.push_back({lowered_.name, lowered_.value_names[lowered.values], "has no range of values"});
        continue;
      }
      ValueRange& range = ranges[classes_.of(static_cast<int>(n))];
      range = with(range, found->second);
      check_range(range, lowered_.value_names[lowered.values], issues);
    }
    // Channel by channel: a maximum would pass over what is not a number.
    if (lowered_.pixels)
      for (std::size_t channel = 0; channel < lowered_.pixels->scale.size(); ++channel) {
        const double first = lowered_.pixels->offset[channel];
        check_range({first, 255 * lowered_.pixels->scale[channel] + first}, lowered_.value_names.front(), issues);
      }
    check_range(ranges[classes_.of(kNetworkInput)], lowered_.value_names.front(), issues);
    if (!issues.empty()) throw InputError(std::move(issues));
    for (std::size_t c = 0; c < ranges.size(); ++c)
      scales_[c] =
          map_scale(ranges[c], int(c) == classes_.of(kNetworkInput) ? kImageBits : quantisation_.activation_bits);
  }

  void set_input_table() {
    const MapScale& image = scale(kNetworkInput);
    network_.input_table.resize(lowered_.input.channels);
    for (int channel = 0; channel < lowered_.input.channels; ++channel)
      for (int pixel = 0; pixel < 256; ++pixel) {
        const double value = lowered_.pixels
                                 ? pixel * lowered_.pixels->scale[channel] + lowered_.pixels->offset[channel]
                                 : pixel / 255.0;
        network_.input_table[channel][pixel] = static_cast<std::uint8_t>(image.code(value));
      }
  }

  Node quantised(const LoweredNode& lowered) {
    Node node = lowered.node;
    const MapScale& in = scale(node.inputs.front());
    node.input_bits = in.bits;
    node.input_zero_point = in.zero_point;
    node.input_scale = in.scale;
    const MapScale& out = scale(static_cast<int>(network_.nodes.size()));
    if (node.is_mvm()) set_weights(lowered, in, out, node);
    if (node.kind == Kind::add || node.kind == Kind::multiply) set_join(lowered, out, node);
    if (node.kind == Kind::lookup) set_table(lowered, in, out, node.lookup);
    return node;
  }

  static Requantisation requantisation(const LoweredNode& lowered, double steps, const MapScale& out) {
    Requantisation to_code{
        .multiplier = steps / out.scale, .zero_point = out.zero_point, .code_min = 0, .code_max = out.largest()};
    if (lowered.clamp) {
      to_code.code_min = out.code(lowered.clamp->first);
      to_code.code_max = out.code(lowered.clamp->second);
    }
    return to_code;
  }

  void set_weights(const LoweredNode& lowered, const MapScale& in, const MapScale& out, Node& node) const {
    MvmLayer& mvm = node.mvm;
    mvm.weight_bits = quantisation_.weight_bits;
    const int limit = (1 << (mvm.weight_bits - 1)) - 1;
    const std::size_t rows = node.matrix_rows();
    std::vector<float> largest(node.outputs(), 0);
    for (std::size_t i = 0; i < lowered.weights.size(); ++i)
      largest[i / rows] = std::max(largest[i / rows], std::abs(lowered.weights[i]));
    const float of_layer = *std::max_element(largest.begin(), largest.end());
    mvm.weight_scale = of_layer > 0 ? double{of_layer} / limit : 1;
    if (quantisation_.per_channel && !mvm.raw_output)
      for (const float of_output : largest)
        mvm.channel_scales.push_back(of_output > 0 ? double{of_output} / limit / mvm.weight_scale : 1);
    mvm.bias.assign(node.outputs(), 0);
    for (int o = 0; o < node.outputs(); ++o) {
      const double scale = mvm.weight_scale * mvm.channel_scale(o);
      for (std::size_t i = o * rows; i < (o + 1) * rows; ++i)
        mvm.weights.push_back(
            static_cast<std::int16_t>(std::clamp<long>(std::lrint(double{lowered.weights[i]} / scale), -limit, limit)));
      if (lowered.bias.empty()) continue;
      const double steps = lowered.bias[o] / (scale * in.scale);
      if (!(std::abs(steps) <= kLargestBias))
        throw InputError(lowered_.name, node.name,
                         fmt::format("its bias {:.3g} is {:.3g} times the smallest sum that its weights and inputs "
                                     "make; up to {:.0f} times can be quantised",
                                     lowered.bias[o], steps, kLargestBias));
      mvm.bias[o] = std::llrint(steps);
    }
    if (!mvm.raw_output) mvm.requantisation = requantisation(lowered, mvm.weight_scale * in.scale, out);
  }

  void set_join(const LoweredNode& lowered, const MapScale& out, Node& node) const {
    // A sum counts in steps of its first map.
    double steps = scale(node.inputs.front()).scale;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const MapScale& in = scale(node.inputs[k]);
      node.join.inputs.push_back({in.scale / steps, in.zero_point, in.bits});
    }
    if (node.kind == Kind::multiply) steps *= scale(node.inputs[1]).scale;
    node.join.requantisation = requantisation(lowered, steps, out);
  }

  static void set_table(const LoweredNode& lowered, const MapScale& in, const MapScale& out, LookupLayer& lookup) {
    lookup.zero_point = out.zero_point;
    lookup.scale_ratio = out.scale / in.scale;
    lookup.exact.resize(lookup.table.size());
    for (std::size_t code = 0; code < lookup.table.size(); ++code) {
      const double value = lowered.function((int(code) - in.zero_point) * in.scale);
      lookup.table[code] = static_cast<std::uint8_t>(out.code(value));
      lookup.exact[code] = value / out.scale;
    }
  }

  const Lowered& lowered_;
  const Quantisation& quantisation_;
  Classes classes_;
  std::vector<MapScale> scales_;  // [classes]
  Network network_;
};

}  // namespace

int MapScale::code(double value) const {
  return static_cast<int>(std::clamp(std::nearbyint(value / scale) + zero_point, 0.0, double(largest())));
}

MapScale map_scale(ValueRange range, int bits) {
  range = with(range, {});
  MapScale result{.scale = 1, .zero_point = 0, .bits = bits};
  if (range.high > range.low) result.scale = (range.high - range.low) / result.largest();
  result.zero_point = static_cast<int>(std::nearbyint(-range.low / result.scale));
  return result;
}

Network quantise(const Lowered& lowered, const Quantisation& quantisation) {
  for (const auto& [what, bits] :
       {std::pair{"weight bits", quantisation.weight_bits}, {"activation bits", quantisation.activation_bits}})
    if (bits < 2 || bits > 8) throw InputError(lowered.name, "", fmt::format("{} {} is outside 2..8", what, bits));
  return Quantiser(lowered, quantisation).run();
}

Network quantise_shape(const Lowered& lowered, int weight_bits, int activation_bits) {
  Quantisation quantisation;
  quantisation.weight_bits = weight_bits;
  quantisation.activation_bits = activation_bits;
  for (const int values : lowered.calibrated()) quantisation.ranges[lowered.value_names[values]] = {-1, 1};
  return quantise(lowered, quantisation);
}

}  // namespace nvcim::workloads
