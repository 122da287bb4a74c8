// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arch/random.h"

namespace nvcim::workloads {
namespace {

constexpr int kCalibrationValues = 100000;  // of each layer, at least: evenly spaced

/// Rounds in the forward pass, passes gradients through unchanged.
at::Tensor round_straight_through(const at::Tensor& x) {
  return x + (x.round() - x).detach();
}

/// Values on the grid 0, scale, … top·scale. Clamping has its true gradient, rounding a straight-through one.
at::Tensor on_activation_grid(const at::Tensor& x, double scale, int top) {
  return round_straight_through(at::clamp(x / scale, 0, top)) * scale;
}

int weight_code_max(const MvmLayer& layer) {
  return (1 << (layer.weight_bits - 1)) - 1;
}

/// The range (largest value kept) of unsigned codes 0…top with the least squared error on `values`.
double calibrate(const at::Tensor& activations, int top) {
  const at::Tensor all = activations.flatten();
  const at::Tensor values = all.slice(0, 0, all.numel(), (all.numel() / kCalibrationValues) | 1);
  const double largest = all.max().item<double>();
  if (!(largest > 0)) return 1;  // a dead layer: any scale will do
  double best_range = largest, best_error = std::numeric_limits<double>::infinity();
  constexpr int candidates = 80;
  for (int i = candidates; i >= 8; --i) {
    const double range = largest * i / candidates;
    const double error = (on_activation_grid(values, range / top, top) - values).square().mean().item<double>();
    if (error < best_error) best_error = error, best_range = range;
  }
  return best_range;
}

/// Each weight its own addressed draw.
at::Tensor initial_weight(const Node& node, std::uint64_t seed, int layer) {
  const DrawStream stream(seed, Purpose::training_weights, 0, std::uint32_t(layer), 0);
  const int rows = node.matrix_rows();
  const double limit = std::sqrt(6.0 / rows);
  const Window& w = node.mvm.window;
  at::Tensor weight = at::empty({node.outputs(), node.input.channels, w.kernel_h, w.kernel_w});
  float* out = weight.data_ptr<float>();
  for (int output = 0; output < node.outputs(); ++output)
    for (int row = 0; row < rows; ++row) {
      const double u = DrawStream::uniform(stream.block(std::uint32_t(row), std::uint32_t(output))[0]);
      *out++ = float(limit * (2 * u - 1));
    }
  return weight;
}

}  // namespace

TrainingModel::TrainingModel(const Network& shape, std::uint64_t seed) : shape_(shape) {
  for (std::size_t n = 0; n < shape.nodes.size(); ++n) {
    Layer& layer = layers_.emplace_back();
    const Node& node = shape.nodes[n];
    if (node.kind != Node::Kind::mvm) continue;
    layer.weight = initial_weight(node, seed, int(n));
    layer.bias = at::zeros({node.outputs()});
    layer.weight.set_requires_grad(true);
    layer.bias.set_requires_grad(true);
  }
}

std::vector<at::Tensor> TrainingModel::parameters() const {
  std::vector<at::Tensor> all;
  for (const Layer& layer : layers_)
    if (layer.weight.defined()) all.insert(all.end(), {layer.weight, layer.bias});
  return all;
}

at::Tensor TrainingModel::forward(at::Tensor x, bool quantised) const {
  double scale = shape_.nodes.front().input_scale;
  for (std::size_t n = 0; n < layers_.size(); ++n) x = apply(n, x, quantised, scale);
  return x.flatten(1);
}

void TrainingModel::calibrate_ranges(at::Tensor x) {
  const at::NoGradGuard no_grad;
  double scale = shape_.nodes.front().input_scale;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    const MvmLayer& mvm = shape_.nodes[n].mvm;
    if (layers_[n].weight.defined() && !mvm.raw_output) {
      const int top = mvm.requantisation.code_max;
      layers_[n].scale = calibrate(at::relu(sums(n, x, true, scale)), top) / top;
    }
    x = apply(n, x, true, scale);
  }
}

std::vector<double> TrainingModel::scales() const {
  std::vector<double> all;
  for (const Layer& layer : layers_) all.push_back(layer.scale);
  return all;
}

void TrainingModel::set_scales(const std::vector<double>& scales) {
  for (std::size_t n = 0; n < layers_.size(); ++n) layers_[n].scale = scales.at(n);
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
  double scale = network.nodes.front().input_scale;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    Node& node = network.nodes[n];
    node.input_scale = scale;
    if (!layers_[n].weight.defined()) continue;
    MvmLayer& mvm = node.mvm;
    mvm.weight_scale = weight_scale(n);
    const at::Tensor codes = weight_codes(n).round().to(at::kShort).contiguous();
    const auto* first = codes.data_ptr<std::int16_t>();
    mvm.weights.assign(first, first + codes.numel());
    const at::Tensor bias = layers_[n].bias.to(at::kDouble).contiguous();
    for (std::size_t i = 0; i < mvm.bias.size(); ++i)
      mvm.bias[i] = std::llround(bias.data_ptr<double>()[i] / (scale * mvm.weight_scale));
    if (mvm.raw_output) continue;
    mvm.requantisation.multiplier = scale * mvm.weight_scale / layers_[n].scale;
    scale = layers_[n].scale;
  }
  return network;
}

double TrainingModel::weight_scale(std::size_t n) const {
  const double largest = layers_[n].weight.detach().abs().max().item<double>();
  return (largest > 0 ? largest : 1) / weight_code_max(shape_.nodes[n].mvm);
}

at::Tensor TrainingModel::weight_codes(std::size_t n) const {
  const double limit = weight_code_max(shape_.nodes[n].mvm);
  return at::clamp(layers_[n].weight / weight_scale(n), -limit, limit);
}

/// The weights that the forward pass multiplies with. Noise comes after the rounding, as on a chip.
at::Tensor TrainingModel::effective_weight(std::size_t n, bool quantised) const {
  if (!quantised) return layers_[n].weight;
  const double scale = weight_scale(n);
  at::Tensor weight = round_straight_through(weight_codes(n)) * scale;
  if (!layers_[n].noise.defined()) return weight;
  return weight + layers_[n].noise * (scale * weight_code_max(shape_.nodes[n].mvm));
}

at::Tensor TrainingModel::sums(std::size_t n, const at::Tensor& x, bool quantised, double input_scale) const {
  const MvmLayer& mvm = shape_.nodes[n].mvm;
  const at::Tensor weight = effective_weight(n, quantised);
  at::Tensor bias = layers_[n].bias;
  if (quantised) {
    const double unit = input_scale * weight_scale(n);
    bias = round_straight_through(bias / unit) * unit;
  }
  if (mvm.is_linear) return at::linear(x.flatten(1), weight.flatten(1), bias).unsqueeze(2).unsqueeze(3);
  const Window& w = mvm.window;
  if (w.pad_top == w.pad_bottom && w.pad_left == w.pad_right)
    return at::conv2d(x, weight, bias, {w.stride_h, w.stride_w}, {w.pad_top, w.pad_left});
  return at::conv2d(at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom}), weight, bias,
                    {w.stride_h, w.stride_w});
}

/// @param scale  of the input on entry, of the output on return
at::Tensor TrainingModel::apply(std::size_t n, const at::Tensor& x, bool quantised, double& scale) const {
  const Node& node = shape_.nodes[n];
  if (node.kind == Node::Kind::mvm) {
    at::Tensor y = sums(n, x, quantised, scale);
    if (node.mvm.raw_output) return y;
    const double input_scale = scale;
    scale = layers_[n].scale > 0 ? layers_[n].scale : input_scale;
    return quantised ? on_activation_grid(y, scale, node.mvm.requantisation.code_max) : at::relu(y);
  }
  const Window& w = node.pool.window;
  // Activations are not negative, so a zero in the padding never wins a maximum.
  const at::Tensor padded = at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom});
  if (node.pool.kind == PoolKind::maximum)
    return at::max_pool2d(padded, {w.kernel_h, w.kernel_w}, {w.stride_h, w.stride_w});
  const at::Tensor mean = at::avg_pool2d(padded, {w.kernel_h, w.kernel_w}, {w.stride_h, w.stride_w});
  return quantised ? on_activation_grid(mean, scale, (1 << node.input_bits) - 1) : mean;
}

}  // namespace nvcim::workloads
