// SPDX-License-Identifier: Apache-2.0
#include "tests/sensitivity/definition.h"

#include <algorithm>
#include <cmath>

#include "workloads/operators/pool.h"
#include "workloads/reference.h"

namespace nvcim::testing {

using workloads::Network;
using workloads::Node;
using workloads::PoolKind;
using workloads::SensitivityLoss;
using workloads::Window;

namespace {

/// Index in the input map that window element (channel, k) reads at an output position, -1 for padding.
int source_index(const Node& node, const Window& window, int channel, int k, int position) {
  const int y = position / node.output.width * window.stride_h - window.pad_top + k / window.kernel_w;
  const int x = position % node.output.width * window.stride_w - window.pad_left + k % window.kernel_w;
  if (y < 0 || y >= node.input.height || x < 0 || x >= node.input.width) return -1;
  return (channel * node.input.height + y) * node.input.width + x;
}

std::vector<double> softmax(const std::vector<double>& z) {
  const double top = *std::max_element(z.begin(), z.end());
  std::vector<double> p(z.size());
  double total = 0;
  for (std::size_t k = 0; k < z.size(); ++k) total += p[k] = std::exp(z[k] - top);
  for (double& share : p) share /= total;
  return p;
}

/// Adds weight(r)·from[position] to every input that matrix row r reads, or the other way round.
template <class Visit>
void for_each_product(const Node& node, Visit visit) {
  const int area = node.mvm.window.area();
  for (int output = 0; output < node.outputs(); ++output)
    for (int position = 0; position < node.positions(); ++position)
      for (int row = 0; row < node.matrix_rows(); ++row) {
        const int index = source_index(node, node.mvm.window, row / area, row % area, position);
        if (index >= 0)
          visit(std::size_t(output) * node.matrix_rows() + row, output * node.positions() + position, index);
      }
}

template <class Visit>
void for_each_pooled(const Node& node, Visit visit) {
  for (int channel = 0; channel < node.output.channels; ++channel)
    for (int position = 0; position < node.positions(); ++position)
      for (int k = 0; k < node.pool.window.area(); ++k) {
        const int index = source_index(node, node.pool.window, channel, k, position);
        if (index >= 0) visit(channel * node.positions() + position, index);
      }
}

}  // namespace

namespace {

double weight_scale(const Node& node, std::size_t weight) {
  return node.mvm.weight_scale * node.mvm.channel_scale(static_cast<int>(weight) / node.matrix_rows());
}

}  // namespace

double full_scale(const Node& node, std::size_t weight) {
  return (std::pow(2.0, node.mvm.weight_bits - 1) - 1) * weight_scale(node, weight);
}

TracedSample trace(const Network& network, const std::uint8_t* pixels) {
  TracedSample sample;
  std::vector<std::uint8_t> codes(network.input.size());
  workloads::encode_image(network, pixels, codes.data());
  double scale = network.nodes.front().input_scale;
  for (const Node& node : network.nodes) {
    TracedNode& traced = sample.nodes.emplace_back();
    traced.input_scale = scale;
    for (std::uint8_t code : codes) traced.input.push_back((code - node.input_zero_point) * scale);
    std::vector<std::uint8_t> next(node.output.size());
    if (node.kind == Node::Kind::pool) {
      workloads::pool(node, codes.data(), next.data());
      traced.winner.assign(node.output.size(), -1);
      for_each_pooled(node, [&](int to, int from) {
        if (traced.winner[to] < 0 || codes[from] > codes[traced.winner[to]]) traced.winner[to] = from;
      });
    } else {
      std::vector<std::int64_t> sums(node.output.size());
      workloads::reference_mvm(node, codes.data(), sums.data());
      for (int i = 0; i < node.output.size(); ++i) {
        const std::int64_t bias = node.mvm.bias[i / node.positions()];
        if (node.mvm.raw_output) {
          traced.open.push_back(1);
          sample.logits.push_back(double(sums[i] + bias) * node.mvm.weight_scale * scale);
          continue;
        }
        const auto to_code = node.mvm.requantisation_of(i / node.positions());
        const double value = double(sums[i] + bias) * to_code.multiplier + to_code.zero_point;
        traced.open.push_back(value > to_code.code_min && value <= to_code.code_max);
        next[i] = workloads::requantise(double(sums[i]), bias, to_code);
      }
      if (!node.mvm.raw_output) scale *= node.mvm.weight_scale / node.mvm.requantisation.multiplier;
    }
    codes = next;
  }
  return sample;
}

std::vector<std::vector<double>> recursion_by_definition(const Network& network,
                                                         const std::vector<std::uint8_t>& pixels, int samples,
                                                         SensitivityLoss loss) {
  std::vector<std::vector<double>> curvature(network.nodes.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) curvature[n].assign(network.nodes[n].mvm.weights.size(), 0.0);
  for (int s = 0; s < samples; ++s) {
    const TracedSample sample = trace(network, pixels.data() + std::size_t(s) * network.input.size());
    std::vector<double> g;
    for (double p : softmax(sample.logits)) g.push_back(loss == SensitivityLoss::squared_error ? 2 : p * (1 - p));
    for (int n = int(network.nodes.size()) - 1; n >= 0; --n) {
      const Node& node = network.nodes[n];
      const TracedNode& traced = sample.nodes[n];
      std::vector<double> below(node.input.size(), 0.0);
      if (node.kind == Node::Kind::pool) {
        if (node.pool.kind == PoolKind::maximum) {
          for (std::size_t i = 0; i < g.size(); ++i)
            if (traced.winner[i] >= 0) below[traced.winner[i]] += g[i];
        } else {
          const double area = node.pool.window.area();
          for_each_pooled(node, [&](int to, int from) { below[from] += g[to] / (area * area); });
        }
      } else {
        for (std::size_t i = 0; i < g.size(); ++i) g[i] *= traced.open[i];
        for_each_product(node, [&](std::size_t weight, int to, int from) {
          const double w = node.mvm.weights[weight] * weight_scale(node, weight), full = full_scale(node, weight);
          below[from] += w * w * g[to];
          curvature[n][weight] += full * full / samples * g[to] * traced.input[from] * traced.input[from];
        });
      }
      g = below;
    }
  }
  return curvature;
}

std::vector<double> logit_derivative(const Network& network, const TracedSample& sample, int node, std::size_t weight) {
  std::vector<double> change;
  for (int n = node; n < int(network.nodes.size()); ++n) {
    const Node& at = network.nodes[n];
    const TracedNode& traced = sample.nodes[n];
    std::vector<double> above(at.output.size(), 0.0);
    if (at.kind == Node::Kind::pool) {
      if (at.pool.kind == PoolKind::maximum) {
        for (std::size_t i = 0; i < above.size(); ++i)
          if (traced.winner[i] >= 0) above[i] = change[traced.winner[i]];
      } else {
        for_each_pooled(at, [&](int to, int from) { above[to] += change[from] / at.pool.window.area(); });
      }
    } else {
      for_each_product(at, [&](std::size_t w, int to, int from) {
        if (n == node)
          above[to] += w == weight ? traced.input[from] : 0.0;
        else
          above[to] += at.mvm.weights[w] * weight_scale(at, w) * change[from];
      });
      for (std::size_t i = 0; i < above.size(); ++i) above[i] *= traced.open[i];
    }
    change = above;
  }
  return change;
}

double second_difference(const Network& network, const std::vector<std::uint8_t>& pixels, int samples, int node,
                         std::size_t weight, SensitivityLoss loss, double step) {
  double total = 0;
  for (int s = 0; s < samples; ++s) {
    const TracedSample sample = trace(network, pixels.data() + std::size_t(s) * network.input.size());
    const std::vector<double> slope = logit_derivative(network, sample, node, weight);
    const auto loss_at = [&](double normalised) {
      std::vector<double> z = sample.logits;
      for (std::size_t k = 0; k < z.size(); ++k)
        z[k] += normalised * full_scale(network.nodes[node], weight) * slope[k];
      double value = 0;
      if (loss == SensitivityLoss::squared_error) {
        for (std::size_t k = 0; k < z.size(); ++k) value += z[k] * z[k];  // any target: 0
        return value;
      }
      const double top = *std::max_element(z.begin(), z.end());
      for (double logit : z) value += std::exp(logit - top);
      return top + std::log(value) - z[0];  // any label: 0
    };
    total += (loss_at(step) - 2 * loss_at(0) + loss_at(-step)) / (step * step);
  }
  return total / samples;
}

}  // namespace nvcim::testing
