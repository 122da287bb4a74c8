// SPDX-License-Identifier: Apache-2.0
// Sums and products of maps, tables and rearrangements in a GradientPass.
#include <algorithm>

#include "workloads/gradient_pass.h"
#include "workloads/round_float.h"

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

}  // namespace

void GradientPass::forward_join(int n, int samples) {
  const Node& node = network_.nodes[n];
  Layer& layer = layers_[n];
  const std::size_t count = std::size_t(node.output.size()) * samples;
  float* out = map_of(n).values.data();
  if (node.kind == Node::Kind::add) {
    std::fill_n(out, count, 0.0f);
    for (std::size_t k = 0; k < layer.sources.size(); ++k) {
      const auto multiplier = static_cast<float>(node.join.inputs[k].multiplier);
      const float* in = map_of(layer.sources[k]).values.data();
      for (std::size_t i = 0; i < count; ++i) out[i] += multiplier * in[i];
    }
  } else {
    const float *in = map_of(layer.sources[0]).values.data(), *factors = map_of(layer.sources[1]).values.data();
    const std::size_t share = node.output.size() / network_.map(layer.sources[1]).size();
    for (std::size_t i = 0; i < count; ++i) out[i] = in[i] * factors[i / share];
  }
  const Requantisation& to_code = node.join.requantisation;
  const float low = static_cast<float>(to_code.code_min - to_code.zero_point);
  const float high = static_cast<float>(to_code.code_max - to_code.zero_point);
  const float multiplier = static_cast<float>(to_code.multiplier);
  for (std::size_t i = 0; i < count; ++i) {
    const float scaled = out[i] * multiplier;
    layer.open[i] = scaled > low && scaled <= high;
    out[i] = round_float(std::min(std::max(scaled, low), high));
  }
}

void GradientPass::forward_lookup(int n, int samples) {
  const Node& node = network_.nodes[n];
  const float* in = map_of(layers_[n].sources[0]).values.data();
  float* out = map_of(n).values.data();
  for (std::size_t i = 0; i < std::size_t(node.output.size()) * samples; ++i)
    out[i] =
        static_cast<float>(node.lookup.table[static_cast<int>(in[i]) + node.input_zero_point] - node.lookup.zero_point);
}

void GradientPass::forward_rearrange(int n, int samples) {
  const float* in = map_of(layers_[n].sources[0]).values.data();
  float* out = map_of(n).values.data();
  for_each_moved(network_.nodes[n], samples,
                 [&](std::size_t to, std::ptrdiff_t from) { out[to] = from < 0 ? 0.0f : in[from]; });
}

void GradientPass::to_input_join(int n, int samples) {
  const Node& node = network_.nodes[n];
  const Layer& layer = layers_[n];
  const std::size_t count = std::size_t(node.output.size()) * samples;
  const auto slope = static_cast<float>(node.join.requantisation.multiplier);
  float* g = map_of(n).slopes.data();
  for (std::size_t i = 0; i < count; ++i) g[i] = layer.open[i] != 0 ? g[i] * slope : 0.0f;
  for (int k = 0; k < static_cast<int>(layer.sources.size()); ++k) {
    float* lower = slopes_of_input(n, k, samples);
    if (lower == nullptr) continue;
    if (node.kind == Node::Kind::add) {
      const auto multiplier = static_cast<float>(node.join.inputs[k].multiplier);
      for (std::size_t i = 0; i < count; ++i) lower[i] += multiplier * g[i];
      continue;
    }
    const float* others = map_of(layer.sources[1 - k]).values.data();
    const std::size_t share = node.output.size() / network_.map(layer.sources[k]).size();
    const std::size_t others_share = node.output.size() / network_.map(layer.sources[1 - k]).size();
    for (std::size_t i = 0; i < count; ++i) lower[i / share] += others[i / others_share] * g[i];
  }
}

void GradientPass::to_input_concat(int n, int samples) {
  const float* g = map_of(n).slopes.data();
  for (int k = 0; k < static_cast<int>(layers_[n].sources.size()); ++k) {
    const std::size_t count = std::size_t(network_.map(layers_[n].sources[k]).size()) * samples;
    if (float* lower = slopes_of_input(n, k, samples))
      for (std::size_t i = 0; i < count; ++i) lower[i] += g[i];
    g += count;
  }
}

void GradientPass::to_input_lookup(int n, int samples) {
  const Node& node = network_.nodes[n];
  const float* in = map_of(layers_[n].sources[0]).values.data();
  const float* g = map_of(n).slopes.data();
  float* lower = slopes_of_input(n, 0, samples);
  for (std::size_t i = 0; i < std::size_t(node.output.size()) * samples; ++i)
    lower[i] += g[i] * layers_[n].slope[static_cast<int>(in[i]) + node.input_zero_point];
}

void GradientPass::to_input_rearrange(int n, int samples) {
  const float* g = map_of(n).slopes.data();
  float* lower = slopes_of_input(n, 0, samples);
  for_each_moved(network_.nodes[n], samples, [&](std::size_t to, std::ptrdiff_t from) {
    if (from >= 0) lower[from] += g[to];
  });
}

}  // namespace nvcim::workloads
