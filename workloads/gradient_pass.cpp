// SPDX-License-Identifier: Apache-2.0
#include "workloads/gradient_pass.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "workloads/blas.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

constexpr std::size_t kLargestBatch = 64;
constexpr std::size_t kBufferFloats = std::size_t{2} << 20;  // of the unrolled windows of a batch: about a cache's size

// Adding and taking away 1.5·2^23 rounds a float of magnitude below 2^22 to the nearest integer, ties to even.
constexpr float kRounder = 12582912.0f;

/// Fully connected: the one window is the whole input, so that the map is its own unrolled form.
bool covers_input(const Node& node) {
  const Window& window = node.mvm.window;
  return node.positions() == 1 && node.matrix_rows() == node.input.size() && window.pad_top == 0 &&
         window.pad_left == 0;
}

/// Calls visit(row, first position, first source index, count, step) for every run of positions of one output line that
/// reads inside the map; the rest of the unrolled windows reads padding.
template <class Visit>
void for_each_run(const Node& node, Visit visit) {
  const Window& window = node.mvm.window;
  const Shape &in = node.input, &out = node.output;
  int row = 0;
  for (int channel = 0; channel < in.channels; ++channel)
    for (int ky = 0; ky < window.kernel_h; ++ky)
      for (int kx = 0; kx < window.kernel_w; ++kx, ++row) {
        const int offset = kx - window.pad_left;
        int begin = 0, end = out.width;
        while (begin < end && begin * window.stride_w + offset < 0) ++begin;
        while (end > begin && (end - 1) * window.stride_w + offset >= in.width) --end;
        if (begin == end) continue;
        for (int y = 0; y < out.height; ++y) {
          const int iy = y * window.stride_h - window.pad_top + ky;
          if (iy < 0 || iy >= in.height) continue;
          visit(row, y * out.width + begin, (channel * in.height + iy) * in.width + begin * window.stride_w + offset,
                end - begin, window.stride_w);
        }
      }
}

/// columns [matrix rows][samples][positions] of a map [channels][samples][plane]; padding stands for the value 0.
void unroll(const Node& node, const float* map, int samples, float* columns) {
  const int positions = node.positions(), plane = node.input.height * node.input.width;
  std::fill_n(columns, std::size_t(node.matrix_rows()) * samples * positions, 0.0f);
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    const float* from = map + std::size_t(source / plane) * samples * plane + source % plane;
    float* to = columns + std::size_t(row) * samples * positions + position;
    for (int sample = 0; sample < samples; ++sample, from += plane, to += positions) {
      if (step == 1)
        std::copy_n(from, count, to);
      else
        for (int i = 0; i < count; ++i) to[i] = from[i * step];
    }
  });
}

/// The transpose of unroll: adds every column entry to the map element it was read from.
void roll_up(const Node& node, const float* columns, int samples, float* map) {
  const int positions = node.positions(), plane = node.input.height * node.input.width;
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    const float* from = columns + std::size_t(row) * samples * positions + position;
    float* to = map + std::size_t(source / plane) * samples * plane + source % plane;
    for (int sample = 0; sample < samples; ++sample, from += positions, to += plane)
      for (int i = 0; i < count; ++i) to[i * step] += from[i];
  });
}

/// A map [channels][samples][plane] as the input of a fully connected layer, [channels * plane][samples], and back.
void flatten(const Shape& shape, const float* map, int samples, float* rows) {
  const int plane = shape.height * shape.width;
  for (int channel = 0; channel < shape.channels; ++channel)
    for (int sample = 0; sample < samples; ++sample)
      for (int i = 0; i < plane; ++i) rows[std::size_t(channel * plane + i) * samples + sample] = *map++;
}
void unflatten(const Shape& shape, const float* rows, int samples, float* map) {
  const int plane = shape.height * shape.width;
  for (int channel = 0; channel < shape.channels; ++channel)
    for (int sample = 0; sample < samples; ++sample)
      for (int i = 0; i < plane; ++i) *map++ = rows[std::size_t(channel * plane + i) * samples + sample];
}

}  // namespace

GradientPass::GradientPass(const Network& network) : network_(network), layers_(network.nodes.size()) {
  NVCIM_CHECK(
      !network.nodes.empty() && network.nodes.back().kind == Node::Kind::mvm && network.nodes.back().mvm.raw_output,
      "{}: the last node must give logits", network.name);
  NVCIM_CHECK(network.is_chain(), "{} is no chain of layers", network.name);
  std::size_t largest_map = network.input.size(), largest_columns = 1;
  double scale = network.nodes.front().input_scale;
  for (const Node& node : network.nodes) {
    largest_map = std::max<std::size_t>({largest_map, std::size_t(node.output.size()), std::size_t(node.input.size())});
    if (node.kind != Node::Kind::mvm) continue;
    largest_columns = std::max(largest_columns, std::size_t(node.matrix_rows()) * node.positions());
    unit_ = node.mvm.weight_scale * scale;
    // What the integers say, so that the chain of scales is right even where a file's own scales are not given.
    if (!node.mvm.raw_output) scale = unit_ / node.mvm.requantisation.multiplier;
  }
  const std::size_t batch = std::clamp<std::size_t>(kBufferFloats / largest_columns, 1, kLargestBatch);
  batch_ = static_cast<int>(batch);
  gradient_ = zero_weights(network);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    layers_[n].input.resize(batch * node.input.size());
    if (node.kind == Node::Kind::mvm)
      layers_[n].open.resize(batch * node.output.size());
    else if (node.pool.kind == PoolKind::maximum)
      layers_[n].source.resize(batch * node.output.size());
  }
  logits_.resize(batch * network.classes());
  held_.resize(std::size_t(network.classes()) * network.classes());
  upper_.resize(batch * largest_map);
  lower_.resize(batch * largest_map);
  columns_.resize(batch * largest_columns);
  products_.resize(batch * std::max(largest_columns, largest_map));
}

GradientPass::Sums GradientPass::run(const WeightMatrix& weights, std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> labels, std::span<const int> chosen,
                                     const AttackObjective& objective, bool with_gradient) {
  const int samples = static_cast<int>(chosen.size()), last = static_cast<int>(network_.nodes.size()) - 1;
  NVCIM_CHECK(samples <= batch_, "{} samples in a batch of {}", samples, batch_);
  load(pixels, chosen);
  for (int n = 0; n <= last; ++n) {
    if (network_.nodes[n].kind == Node::Kind::mvm)
      forward_mvm(n, samples, weights[n]);
    else
      forward_pool(n, samples);
  }
  Sums sums{0, 0, held_, gradient_};
  seed(labels, chosen, objective, sums);
  if (!with_gradient) return sums;
  for (int n = last; n >= 0; --n) {
    const bool mvm = network_.nodes[n].kind == Node::Kind::mvm;
    if (mvm) weight_gradient(n, samples);
    if (n == 0) break;
    if (mvm)
      to_input_mvm(n, samples, weights[n]);
    else
      to_input_pool(n, samples);
    std::swap(upper_, lower_);
  }
  return sums;
}

void GradientPass::load(std::span<const std::uint8_t> pixels, std::span<const int> chosen) {
  const Shape& shape = network_.input;
  const std::size_t plane = std::size_t(shape.height) * shape.width;
  const float zero_point = static_cast<float>(network_.nodes.front().input_zero_point);
  std::vector<std::uint8_t> codes(shape.size());
  for (std::size_t s = 0; s < chosen.size(); ++s) {
    encode_image(network_, pixels.data() + std::size_t(chosen[s]) * codes.size(), codes.data());
    for (int channel = 0; channel < shape.channels; ++channel) {
      float* to = layers_.front().input.data() + (channel * chosen.size() + s) * plane;
      for (std::size_t i = 0; i < plane; ++i) to[i] = codes[channel * plane + i] - zero_point;
    }
  }
}

void GradientPass::forward_mvm(int n, int samples, const std::vector<float>& weights) {
  const Node& node = network_.nodes[n];
  const int outputs = node.outputs(), rows = node.matrix_rows();
  const int points = samples * node.positions();
  Layer& layer = layers_[n];
  if (covers_input(node))
    flatten(node.input, layer.input.data(), samples, columns_.data());
  else
    unroll(node, layer.input.data(), samples, columns_.data());
  multiply(Transpose::no, Transpose::no, outputs, points, rows, weights.data(), columns_.data(), products_.data());
  const Requantisation& to_code = node.mvm.requantisation;
  const float low = static_cast<float>(to_code.code_min - to_code.zero_point);
  const float high = static_cast<float>(to_code.code_max - to_code.zero_point);
  const float multiplier = static_cast<float>(to_code.multiplier);
  for (int output = 0; output < outputs; ++output) {
    const float bias = node.mvm.bias.empty() ? 0.0f : static_cast<float>(node.mvm.bias[output]);
    const float* sums = products_.data() + std::size_t(output) * points;
    std::uint8_t* open = layer.open.data() + std::size_t(output) * points;
    if (node.mvm.raw_output) {
      float* logits = logits_.data() + std::size_t(output) * points;
      for (int i = 0; i < points; ++i) logits[i] = sums[i] + bias;
      std::fill_n(open, points, std::uint8_t{1});
      continue;
    }
    float* next = layers_[n + 1].input.data() + std::size_t(output) * points;
    for (int i = 0; i < points; ++i) {
      const float scaled = (sums[i] + bias) * multiplier;
      open[i] = scaled > low && scaled <= high;
      const float clamped = std::min(std::max(scaled, low), high);
      next[i] = (clamped + kRounder) - kRounder;
    }
  }
}

void GradientPass::forward_pool(int n, int samples) {
  const Node& node = network_.nodes[n];
  const Window& window = node.pool.window;
  const Shape &in = node.input, &out = node.output;
  const int area = window.area(), planes = out.channels * samples;
  Layer& layer = layers_[n];
  float* next = layers_[n + 1].input.data();
  std::size_t at = 0;
  for (int plane = 0; plane < planes; ++plane) {
    const float* map = layer.input.data() + std::size_t(plane) * in.height * in.width;
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x, ++at) {
        const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
        const int y1 = std::max(y0, 0), y2 = std::min(y0 + window.kernel_h, in.height);
        const int x1 = std::max(x0, 0), x2 = std::min(x0 + window.kernel_w, in.width);
        if (node.pool.kind == PoolKind::maximum) {
          std::int32_t winner = -1;
          float best = static_cast<float>(-node.input_zero_point);
          for (int iy = y1; iy < y2; ++iy)
            for (int ix = x1; ix < x2; ++ix)
              if (winner < 0 || map[iy * in.width + ix] > best) winner = iy * in.width + ix, best = map[winner];
          layer.source[at] = winner;
          next[at] = best;
          continue;
        }
        // As workloads::pool: padding holds the zero point, halves are rounded up.
        int sum = area * node.input_zero_point;
        for (int iy = y1; iy < y2; ++iy)
          for (int ix = x1; ix < x2; ++ix) sum += static_cast<int>(map[iy * in.width + ix]);
        next[at] = static_cast<float>((2 * sum + area) / (2 * area) - node.input_zero_point);
      }
  }
}

void GradientPass::seed(std::span<const std::uint8_t> labels, std::span<const int> chosen,
                        const AttackObjective& objective, Sums& sums) {
  const int classes = network_.classes(), samples = static_cast<int>(chosen.size());
  std::fill_n(upper_.begin(), std::size_t(classes) * samples, 0.0f);
  std::fill(held_.begin(), held_.end(), 0);
  std::vector<double> z(classes);
  for (int s = 0; s < samples; ++s) {
    const int label = labels[chosen[s]];
    int rival = -1, best = 0;
    for (int k = 0; k < classes; ++k) {
      z[k] = double{logits_[std::size_t(k) * samples + s]} * unit_;
      if (z[k] > z[best]) best = k;
      const bool barred = !objective.barred.empty() && objective.barred[label * classes + k] != 0;
      if (k != label && !barred && (rival < 0 || z[k] > z[rival])) rival = k;
    }
    if (best == label) {
      ++sums.correct;
      if (rival >= 0) ++held_[label * classes + rival];
    }
    float* to = upper_.data() + s;
    if (objective.loss != AttackLoss::cross_entropy) {
      if (rival < 0) continue;
      const double margin = z[label] - z[rival], softness = objective.softness;
      double slope = margin > 0 ? 1 : 0;
      if (softness == 0) {
        sums.loss += std::max(margin, 0.0);
      } else {
        const double small = std::exp(-std::abs(margin) / softness);  // does not overflow
        const double lead = margin > 0 ? 1 / (1 + small) : small / (1 + small);
        const bool counts = objective.loss == AttackLoss::accuracy;
        sums.loss += counts ? lead : std::max(margin, 0.0) + softness * std::log1p(small);
        slope = counts ? lead * (1 - lead) / softness : lead;
      }
      to[std::size_t(label) * samples] = static_cast<float>(unit_ * slope);
      to[std::size_t(rival) * samples] = -static_cast<float>(unit_ * slope);
      continue;
    }
    double total = 0;
    for (int k = 0; k < classes; ++k) total += std::exp(z[k] - z[best]);
    sums.loss += z[label] - z[best] - std::log(total);
    for (int k = 0; k < classes; ++k) {
      const double share = std::exp(z[k] - z[best]) / total;
      to[std::size_t(k) * samples] = static_cast<float>(unit_ * ((k == label ? 1.0 : 0.0) - share));
    }
  }
}

void GradientPass::weight_gradient(int n, int samples) {
  const Node& node = network_.nodes[n];
  const int outputs = node.outputs(), rows = node.matrix_rows(), points = samples * node.positions();
  const Layer& layer = layers_[n];
  const float slope = node.mvm.raw_output ? 1.0f : static_cast<float>(node.mvm.requantisation.multiplier);
  float* g = upper_.data();
  for (std::size_t i = 0; i < std::size_t(outputs) * points; ++i) g[i] = layer.open[i] != 0 ? g[i] * slope : 0.0f;
  if (covers_input(node))
    flatten(node.input, layer.input.data(), samples, columns_.data());
  else
    unroll(node, layer.input.data(), samples, columns_.data());
  multiply(Transpose::no, Transpose::yes, outputs, rows, points, g, columns_.data(), gradient_[n].data());
}

void GradientPass::to_input_mvm(int n, int samples, const std::vector<float>& weights) {
  const Node& node = network_.nodes[n];
  const int outputs = node.outputs(), rows = node.matrix_rows(), points = samples * node.positions();
  multiply(Transpose::yes, Transpose::no, rows, points, outputs, weights.data(), upper_.data(), products_.data());
  if (covers_input(node)) {
    unflatten(node.input, products_.data(), samples, lower_.data());
    return;
  }
  std::fill_n(lower_.data(), std::size_t(samples) * node.input.size(), 0.0f);
  roll_up(node, products_.data(), samples, lower_.data());
}

void GradientPass::to_input_pool(int n, int samples) {
  const Node& node = network_.nodes[n];
  const Shape &in = node.input, &out = node.output;
  const std::size_t in_plane = std::size_t(in.height) * in.width, out_plane = std::size_t(out.height) * out.width;
  const Window& window = node.pool.window;
  const float share = 1.0f / static_cast<float>(window.area());
  std::fill_n(lower_.data(), std::size_t(samples) * in.size(), 0.0f);
  for (int plane = 0; plane < out.channels * samples; ++plane) {
    const float* g = upper_.data() + plane * out_plane;
    float* to = lower_.data() + plane * in_plane;
    if (node.pool.kind == PoolKind::maximum) {
      const std::int32_t* source = layers_[n].source.data() + plane * out_plane;
      for (std::size_t i = 0; i < out_plane; ++i)
        if (source[i] >= 0) to[source[i]] += g[i];
      continue;
    }
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x) {
        const float value = share * *g++;
        const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
        for (int iy = std::max(y0, 0); iy < std::min(y0 + window.kernel_h, in.height); ++iy)
          for (int ix = std::max(x0, 0); ix < std::min(x0 + window.kernel_w, in.width); ++ix)
            to[iy * in.width + ix] += value;
      }
  }
}

}  // namespace nvcim::workloads
