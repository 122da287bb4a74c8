// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arch/check.h"
#include "arch/random.h"
#include "workloads/training_grid.h"

namespace nvcim::workloads {
namespace {

using Kind = Node::Kind;

constexpr double kEpsilon = 1e-5;    // added to variances
constexpr double kLeastGain = 1e-3;  // of a normalised output once it is a channel scale, which cannot be 0

int weight_code_max(const MvmLayer& layer) {
  return (1 << (layer.weight_bits - 1)) - 1;
}

std::vector<std::int64_t> weight_shape(const Node& node) {
  const Window& w = node.mvm.window;
  return {node.outputs(), node.input.channels / node.mvm.groups, w.kernel_h, w.kernel_w};
}

/// Each weight its own addressed draw.
at::Tensor initial_weight(const Node& node, std::uint64_t seed, int layer) {
  const DrawStream stream(seed, Purpose::training_weights, 0, std::uint32_t(layer), 0);
  const int rows = node.matrix_rows();
  const double limit = std::sqrt(6.0 / rows);
  at::Tensor weight = at::empty(weight_shape(node));
  float* out = weight.data_ptr<float>();
  for (int output = 0; output < node.outputs(); ++output)
    for (int row = 0; row < rows; ++row) {
      const double u = DrawStream::uniform(stream.block(std::uint32_t(row), std::uint32_t(output))[0]);
      *out++ = float(limit * (2 * u - 1));
    }
  return weight;
}

template <class T>
at::Tensor tensor_of(const std::vector<T>& values, std::vector<std::int64_t> shape) {
  at::Tensor tensor = at::zeros(shape);
  if (values.empty()) return tensor;
  NVCIM_CHECK(std::int64_t(values.size()) == tensor.numel(), "{} values for {}", values.size(), tensor.numel());
  std::transform(values.begin(), values.end(), tensor.data_ptr<float>(), [](T value) { return float(value); });
  return tensor;
}

/// Undefined where the list reads every index in order.
at::Tensor index_of(const std::vector<int>& list, int size) {
  bool all = int(list.size()) == size;
  for (int i = 0; all && i < size; ++i) all = list[i] == i;
  if (all) return {};
  at::Tensor index = at::empty({std::int64_t(list.size())}, at::kLong);
  for (std::size_t i = 0; i < list.size(); ++i) index.data_ptr<std::int64_t>()[i] = std::max(list[i], 0);
  return index;
}

/// 1 where a list reads an element, 0 where it pads.
at::Tensor inside_of(const std::vector<int>& list) {
  at::Tensor inside = at::ones({std::int64_t(list.size())});
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i] < 0) inside.data_ptr<float>()[i] = 0;
  return inside;
}

at::Tensor padded(const at::Tensor& x, const Window& w, double value) {
  if (w.pad_top == 0 && w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0) return x;
  return at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom}, value);
}

}  // namespace

TrainingModel::TrainingModel(const Network& shape, std::uint64_t seed, const std::vector<LayerValues>& start,
                             bool batch_norm)
    : shape_(shape), last_reader_(shape.nodes.size() + 1, 0), maps_(shape) {
  for (std::size_t n = 0; n < shape.nodes.size(); ++n) {
    Layer& layer = layers_.emplace_back();
    const Node& node = shape.nodes[n];
    sources_.push_back(shape.sources(int(n)));
    for (const int source : sources_.back()) last_reader_[source + 1] = n;
    if (node.kind == Kind::rearrange) {
      const RearrangeLayer& order = node.rearrange;
      layer.channels = index_of(order.channels, node.input.channels);
      layer.rows = index_of(order.rows, node.input.height);
      layer.columns = index_of(order.columns, node.input.width);
      const at::Tensor inside =
          inside_of(order.channels).view({-1, 1, 1}) * inside_of(order.rows).view({-1, 1}) * inside_of(order.columns);
      if (inside.min().item<float>() == 0) layer.inside = inside;
    }
    if (rounds(node)) {
      MapScale out = maps_.of(int(n));
      // What the shape's own map has: as its readers see it.
      for (std::size_t reader = n + 1; reader < shape.nodes.size(); ++reader)
        if (shape.sources(int(reader)).front() == int(n)) out.scale = shape.nodes[reader].input_scale;
      layer.through = let_through(node.is_mvm() ? node.mvm.requantisation : node.join.requantisation, out);
    }
    if (!node.is_mvm()) continue;
    const bool normalised = batch_norm && !node.mvm.raw_output;
    layer.per_output = !node.mvm.channel_scales.empty() && !normalised;
    layer.weight =
        start.empty() ? initial_weight(node, seed, int(n)) : tensor_of(start.at(n).weights, weight_shape(node));
    layer.bias = start.empty() ? at::zeros({node.outputs()}) : tensor_of(start.at(n).bias, {node.outputs()});
    layer.weight.set_requires_grad(true);
    layer.bias.set_requires_grad(true);
    if (!normalised) continue;
    layer.gain = at::ones({node.outputs()});
    layer.gain.set_requires_grad(true);
    layer.mean = at::zeros({node.outputs()});
    layer.variance = at::ones({node.outputs()});
  }
}

std::vector<at::Tensor> TrainingModel::parameters() const {
  std::vector<at::Tensor> all;
  for (const Layer& layer : layers_)
    for (const at::Tensor& tensor : {layer.weight, layer.bias, layer.gain})
      if (tensor.defined()) all.push_back(tensor);
  return all;
}

std::vector<at::Tensor> TrainingModel::statistics() const {
  std::vector<at::Tensor> all;
  for (const Layer& layer : layers_)
    if (layer.mean.defined()) all.insert(all.end(), {layer.mean, layer.variance});
  return all;
}

at::Tensor TrainingModel::forward(const at::Tensor& x, bool quantised) const {
  return run(x, quantised, {}).flatten(1);
}

void TrainingModel::calibrate_ranges(const at::Tensor& x) {
  const at::NoGradGuard no_grad;
  maps_.begin();
  run(x, true, [&](std::size_t n, const at::Tensor& values) {
    const int node = int(n);
    if (maps_.shares_with_image(node)) return;
    maps_.include(node, nearest_range(values, maps_.of(node).bits));
  });
}

/// @param before_rounding  may be empty; gets what a node's rounding is about to let through
at::Tensor TrainingModel::run(const at::Tensor& x, bool quantised, const Observer& before_rounding) const {
  std::vector<at::Tensor> maps(layers_.size() + 1);
  maps[0] = x;
  std::vector<at::Tensor> inputs;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    inputs.clear();
    for (const int source : sources_[n]) inputs.push_back(maps[source + 1]);
    at::Tensor y = values(n, inputs, quantised);
    if (rounds(shape_.nodes[n])) {
      if (before_rounding) before_rounding(n, rounded(n, y, false));
      y = rounded(n, y, quantised);
    }
    maps[n + 1] = y;
    for (const int source : sources_[n])
      if (last_reader_[source + 1] == n) maps[source + 1] = at::Tensor();  // frees what no gradient needs
  }
  return maps.back();
}

at::Tensor TrainingModel::values(std::size_t n, const std::vector<at::Tensor>& inputs, bool quantised) const {
  switch (shape_.nodes[n].kind) {
    case Kind::mvm:
      return sums(n, inputs[0], quantised);
    case Kind::pool:
      return pooled(n, inputs[0], quantised);
    case Kind::add: {
      at::Tensor sum = inputs[0];
      for (std::size_t k = 1; k < inputs.size(); ++k) sum = sum + inputs[k];
      return sum;
    }
    case Kind::concat:
      return at::cat(inputs, 1);
    case Kind::rearrange:
      return rearranged(n, inputs[0]);
    case Kind::multiply:
    case Kind::lookup:
      break;
  }
  NVCIM_CHECK(false, "{} cannot be trained", shape_.nodes[n].name);
  return {};
}

/// What a node's activation lets through, on the steps of its map if quantised.
at::Tensor TrainingModel::rounded(std::size_t n, const at::Tensor& x, bool quantised) const {
  const ValueRange& through = layers_[n].through;
  if (quantised) {
    const MapScale& map = maps_.of(int(n));
    const Requantisation to_code = requantisation(n, 1);
    return on_activation_grid(x, map.scale, to_code.code_min - map.zero_point, to_code.code_max - map.zero_point);
  }
  const bool below = std::isfinite(through.low), above = std::isfinite(through.high);
  if (below && !above && through.low == 0) return at::relu(x);
  if (!below && !above) return x;
  return at::clamp(x, through.low, through.high);
}

/// @param steps  real size of one of its sums
Requantisation TrainingModel::requantisation(std::size_t n, double steps) const {
  const MapScale& out = maps_.of(int(n));
  const ValueRange& through = layers_[n].through;
  return {.multiplier = steps / out.scale,
          .zero_point = out.zero_point,
          .code_min = std::isfinite(through.low) ? out.code(through.low) : 0,
          .code_max = std::isfinite(through.high) ? out.code(through.high) : out.largest()};
}

void TrainingModel::draw_noise(const NoiseOptions& noise, double sigma, NoiseAddress address) {
  const at::NoGradGuard no_grad;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    Layer& layer = layers_[n];
    if (!layer.weight.defined()) continue;
    address.layer = static_cast<std::uint32_t>(n);
    if (!layer.noise.defined()) layer.noise = at::empty_like(layer.weight).detach();
    float* const values = layer.noise.data_ptr<float>();
    const auto count = static_cast<std::size_t>(layer.noise.numel());
    workloads::draw_noise(noise.kind, noise.threshold, address, {values, count});
    if (noise.zero_mean) layer.noise.sub_(noise_moments(noise.kind, noise.threshold).mean);
    if (noise.mid_level_factor == 1) {
      layer.noise.mul_(sigma);
      continue;
    }
    const at::Tensor levels = weight_codes(n).round().abs().div_(weight_code_max(shape_.nodes[n].mvm)).contiguous();
    const float* const level = levels.data_ptr<float>();
    for (std::size_t i = 0; i < count; ++i)
      values[i] *= static_cast<float>(sigma * level_spread(noise.mid_level_factor, level[i]));
  }
}

void TrainingModel::clear_noise() {
  for (Layer& layer : layers_) layer.noise = at::Tensor();
}

Network TrainingModel::integers() const {
  const at::NoGradGuard no_grad;
  Network network = shape_;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    Node& node = network.nodes[n];
    const MapScale& in = input_map(n);
    node.input_scale = in.scale;
    node.input_zero_point = in.zero_point;
    if (node.kind == Kind::add) {
      for (std::size_t k = 0; k < sources_[n].size(); ++k)
        node.join.inputs[k] = {input_map(n, k).scale / in.scale, input_map(n, k).zero_point, input_map(n, k).bits};
      node.join.requantisation = requantisation(n, in.scale);
    }
    if (!layers_[n].weight.defined()) continue;
    MvmLayer& mvm = node.mvm;
    mvm.weight_scale = weight_scale(n);
    if (layers_[n].per_output) {
      const at::Tensor scales = output_scales(n);
      const double* const first = scales.data_ptr<double>();
      for (std::size_t o = 0; o < mvm.channel_scales.size(); ++o) mvm.channel_scales[o] = first[o] / mvm.weight_scale;
    }
    at::Tensor offsets = layers_[n].bias.to(at::kDouble);
    at::Tensor rounded_codes = weight_codes(n).round();
    if (layers_[n].gain.defined()) {
      const at::Tensor factor = factors(n), sizes = factor.abs().contiguous();
      mvm.channel_scales.assign(sizes.data_ptr<double>(), sizes.data_ptr<double>() + sizes.numel());
      offsets = offsets - layers_[n].mean.to(at::kDouble) * factor;
      rounded_codes = rounded_codes * signs(n);
    }
    const at::Tensor codes = rounded_codes.to(at::kShort).contiguous();
    const auto* first = codes.data_ptr<std::int16_t>();
    mvm.weights.assign(first, first + codes.numel());
    const at::Tensor bias = offsets.contiguous();
    mvm.bias.resize(node.outputs());
    for (std::size_t i = 0; i < mvm.bias.size(); ++i)
      mvm.bias[i] =
          std::llround(bias.data_ptr<double>()[i] / (in.scale * mvm.weight_scale * mvm.channel_scale(int(i))));
    if (!mvm.raw_output) mvm.requantisation = requantisation(n, in.scale * mvm.weight_scale);
  }
  return network;
}

/// Real size of a weight code of the layer; of an output with its own scale, at most.
double TrainingModel::weight_scale(std::size_t n) const {
  const double largest = layers_[n].weight.detach().abs().max().item<double>();
  return (largest > 0 ? largest : 1) / weight_code_max(shape_.nodes[n].mvm);
}

/// [outputs], double. An output of zeros has the layer's.
at::Tensor TrainingModel::output_scales(std::size_t n) const {
  const at::Tensor largest = std::get<0>(layers_[n].weight.detach().abs().flatten(1).max(1)).to(at::kDouble);
  const at::Tensor scales = largest / weight_code_max(shape_.nodes[n].mvm);
  return at::where(largest > 0, scales, at::full_like(scales, weight_scale(n))).contiguous();
}

at::Tensor TrainingModel::weight_codes(std::size_t n) const {
  const double limit = weight_code_max(shape_.nodes[n].mvm);
  if (layers_[n].per_output)
    return at::clamp(layers_[n].weight / output_scales(n).to(at::kFloat).view({-1, 1, 1, 1}), -limit, limit);
  return at::clamp(layers_[n].weight / weight_scale(n), -limit, limit);
}

/// The weights that the forward pass multiplies with. Noise comes after the rounding, as on a chip.
at::Tensor TrainingModel::effective_weight(std::size_t n, bool quantised) const {
  const Layer& layer = layers_[n];
  if (!quantised) return layer.weight;
  const at::Tensor codes = round_straight_through(weight_codes(n));
  const int limit = weight_code_max(shape_.nodes[n].mvm);
  if (layer.per_output) {
    const at::Tensor scales = output_scales(n).to(at::kFloat).view({-1, 1, 1, 1});
    return layer.noise.defined() ? (codes + layer.noise * limit) * scales : codes * scales;
  }
  const double scale = weight_scale(n);
  at::Tensor weight = codes * scale;
  if (!layer.noise.defined()) return weight;
  // The cells hold the weight with the sign of its output's gain.
  if (layer.gain.defined()) return weight + layer.noise * signs(n) * (scale * limit);
  return weight + layer.noise * (scale * limit);
}

at::Tensor TrainingModel::effective_bias(std::size_t n, bool quantised) const {
  const Layer& layer = layers_[n];
  if (!quantised) return layer.bias;
  if (layer.per_output) {
    const at::Tensor units = (output_scales(n) * input_map(n).scale).to(at::kFloat);
    return round_straight_through(layer.bias / units) * units;
  }
  const double unit = input_map(n).scale * weight_scale(n);
  return round_straight_through(layer.bias / unit) * unit;
}

/// [outputs], double: what batch normalisation multiplies the sums with.
at::Tensor TrainingModel::factors(std::size_t n) const {
  const Layer& layer = layers_[n];
  const at::Tensor gain = layer.gain.to(at::kDouble).abs().clamp_min(kLeastGain);
  return gain * signs(n).flatten() / (layer.variance.to(at::kDouble) + kEpsilon).sqrt();
}

/// [outputs][1][1][1]: 1 or -1, as the gain of each output.
at::Tensor TrainingModel::signs(std::size_t n) const {
  const at::Tensor gain = layers_[n].gain.detach();
  return at::where(gain < 0, at::full_like(gain, -1), at::ones_like(gain)).view({-1, 1, 1, 1});
}

at::Tensor TrainingModel::normalised(std::size_t n, const at::Tensor& y, bool quantised) const {
  const Layer& layer = layers_[n];
  if (batch_share_ > 0)
    return at::batch_norm(y, layer.gain, layer.bias, layer.mean, layer.variance, true, batch_share_, kEpsilon, false);
  const at::Tensor factor = factors(n).to(at::kFloat);
  at::Tensor offset = layer.bias - layer.mean * factor;
  if (quantised) {
    const at::Tensor unit = factor.abs().detach() * (input_map(n).scale * weight_scale(n));
    offset = round_straight_through(offset / unit) * unit;
  }
  return y * factor.view({1, -1, 1, 1}) + offset.view({1, -1, 1, 1});
}

at::Tensor TrainingModel::sums(std::size_t n, const at::Tensor& x, bool quantised) const {
  const MvmLayer& mvm = shape_.nodes[n].mvm;
  const bool norm = layers_[n].gain.defined();
  const at::Tensor weight = effective_weight(n, quantised), bias = norm ? at::Tensor() : effective_bias(n, quantised);
  const auto finished = [&](const at::Tensor& y) { return norm ? normalised(n, y, quantised) : y; };
  if (mvm.is_linear) return finished(at::linear(x.flatten(1), weight.flatten(1), bias).unsqueeze(2).unsqueeze(3));
  const Window& w = mvm.window;
  const std::vector<std::int64_t> strides{w.stride_h, w.stride_w}, dilation{mvm.dilation_h, mvm.dilation_w};
  const bool even = w.pad_top == w.pad_bottom && w.pad_left == w.pad_right;
  const std::vector<std::int64_t> pads =
      even ? std::vector<std::int64_t>{w.pad_top, w.pad_left} : std::vector<std::int64_t>{0, 0};
  return finished(at::conv2d(even ? x : padded(x, w, 0), weight, bias, strides, pads, dilation, mvm.groups));
}

/// As the pooling unit: padding never wins a maximum, and counts as 0 in an average, which is rounded halves up.
at::Tensor TrainingModel::pooled(std::size_t n, const at::Tensor& x, bool quantised) const {
  const PoolLayer& pool = shape_.nodes[n].pool;
  const Window& w = pool.window;
  const std::vector<std::int64_t> kernel{w.kernel_h, w.kernel_w}, strides{w.stride_h, w.stride_w};
  if (pool.kind == PoolKind::maximum)
    return at::max_pool2d(padded(x, w, -std::numeric_limits<double>::infinity()), kernel, strides);
  if (!quantised) return at::avg_pool2d(padded(x, w, 0), kernel, strides);
  // Of whole numbers, so that a half is one.
  const double scale = input_map(n).scale;
  const at::Tensor codes = round_straight_through(x / scale);
  return round_half_up_straight_through(at::avg_pool2d(padded(codes, w, 0), kernel, strides)) * scale;
}

at::Tensor TrainingModel::rearranged(std::size_t n, const at::Tensor& x) const {
  const Layer& layer = layers_[n];
  at::Tensor y = x;
  if (layer.rows.defined()) y = y.index_select(2, layer.rows);
  if (layer.columns.defined()) y = y.index_select(3, layer.columns);
  if (layer.channels.defined()) y = y.index_select(1, layer.channels);
  return layer.inside.defined() ? y * layer.inside : y;
}

}  // namespace nvcim::workloads
