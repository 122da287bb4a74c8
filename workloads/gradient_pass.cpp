// SPDX-License-Identifier: Apache-2.0
#include "workloads/gradient_pass.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "workloads/blas.h"
#include "workloads/gradient_windows.h"
#include "workloads/reference.h"
#include "workloads/round_float.h"

namespace nvcim::workloads {
namespace {

constexpr std::size_t kGradientBatch = 64;
constexpr std::size_t kWindowFloats = std::size_t{2} << 20;  // of the unrolled windows of a batch: about a cache's size

/// Real value of one step of a logit: what the integers say, so that it is right even where a file's own scales are not
/// given. A sum is on the scale of its first input.
double logit_unit(const Network& network) {
  std::vector<double> unit{network.nodes.front().input_scale};
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    const std::vector<int> sources = network.sources(static_cast<int>(n));
    std::vector<double> steps;
    for (const int source : sources) steps.push_back(unit[source + 1]);
    double step = node.is_mvm() ? steps[0] * node.mvm.weight_scale : operator_of(node).step(node, steps);
    if (node.is_mvm() && !node.mvm.raw_output) step /= node.mvm.requantisation.multiplier;
    unit.push_back(step);
  }
  return unit.back();
}

}  // namespace

GradientPass::GradientPass(const Network& network)
    : network_(network), layers_(network.nodes.size()), maps_(network.nodes.size() + 1) {
  NVCIM_CHECK(!network.nodes.empty() && network.nodes.back().gives_logits(), "{}: the last node must give logits",
              network.name);
  std::size_t largest_map = network.input.size(), largest_columns = 1;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    layers_[n].sources = network.sources(static_cast<int>(n));
    largest_map = std::max<std::size_t>({largest_map, std::size_t(node.output.size()), std::size_t(node.input.size())});
    Map& map = maps_[n + 1];
    map.wanted = node.is_mvm();
    for (const int source : layers_[n].sources) map.wanted = map.wanted || map_of(source).wanted;
    if (node.is_mvm()) largest_columns = std::max(largest_columns, std::size_t(node.window_rows()) * node.positions());
  }
  const std::size_t batch = std::clamp<std::size_t>(kWindowFloats / largest_columns, 1, kGradientBatch);
  batch_ = static_cast<int>(batch);
  unit_ = logit_unit(network);
  gradient_ = zero_weights(network);
  maps_[0].values.resize(batch * network.input.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    const std::size_t size = batch * node.output.size();
    maps_[n + 1].values.resize(size);
    if (maps_[n + 1].wanted) maps_[n + 1].slopes.resize(size);
    if (node.is_mvm())
      layers_[n].saved.open.resize(size);
    else
      operator_of(node).prepare(node, size, layers_[n].saved);
  }
  logits_.resize(batch * network.classes());
  held_.resize(std::size_t(network.classes()) * network.classes());
  columns_.resize(batch * largest_columns);
  products_.resize(batch * std::max(largest_columns, largest_map));
}

GradientPass::Sums GradientPass::run(const WeightMatrix& weights, std::span<const std::uint8_t> pixels,
                                     std::span<const std::uint8_t> labels, std::span<const int> chosen,
                                     const AttackObjective& objective, bool with_gradient) {
  const int samples = static_cast<int>(chosen.size()), last = static_cast<int>(network_.nodes.size()) - 1;
  NVCIM_CHECK(samples <= batch_, "{} samples in a batch of {}", samples, batch_);
  load(pixels, chosen);
  for (Map& map : maps_) map.reached = false;
  for (int n = 0; n <= last; ++n) forward(n, samples, weights[n]);
  Sums sums{0, 0, held_, gradient_};
  seed(labels, chosen, objective, sums);
  if (!with_gradient) return sums;
  for (int n = last; n >= 0; --n)
    if (map_of(n).wanted) backward(n, samples, weights[n]);
  return sums;
}

/// A digital node's part of this pass.
class GradientPass::Step : public DerivativeStep {
 public:
  Step(GradientPass& pass, int n, int batch) : DerivativeStep(pass.network_, n, batch), pass_(pass), n_(n) {}

  int inputs() const override { return static_cast<int>(pass_.layers_[n_].sources.size()); }
  const float* input(int k) const override { return pass_.map_of(pass_.layers_[n_].sources[k]).values.data(); }
  std::size_t input_size(int k) const override { return pass_.network_.map(pass_.layers_[n_].sources[k]).size(); }
  float* output() const override { return pass_.map_of(n_).values.data(); }
  float* slopes() const override { return pass_.map_of(n_).slopes.data(); }
  float* slopes_of_input(int k) const override { return pass_.slopes_of_input(n_, k, samples); }
  Saved& saved() const override { return pass_.layers_[n_].saved; }

 private:
  GradientPass& pass_;
  int n_;
};

void GradientPass::forward(int n, int samples, const std::vector<float>& weights) {
  if (network_.nodes[n].is_mvm()) return forward_mvm(n, samples, weights);
  Step step(*this, n, samples);
  operator_of(network_.nodes[n]).forward(step);
}

void GradientPass::backward(int n, int samples, const std::vector<float>& weights) {
  if (network_.nodes[n].is_mvm()) {
    weight_gradient(n, samples);
    return to_input_mvm(n, samples, weights);
  }
  Step step(*this, n, samples);
  operator_of(network_.nodes[n]).backward(step);
}

float* GradientPass::slopes_of_input(int n, int k, int samples) {
  const int source = layers_[n].sources[k];
  Map& map = map_of(source);
  if (!map.wanted) return nullptr;
  if (!map.reached) std::fill_n(map.slopes.begin(), std::size_t(network_.map(source).size()) * samples, 0.0f);
  map.reached = true;
  return map.slopes.data();
}

void GradientPass::load(std::span<const std::uint8_t> pixels, std::span<const int> chosen) {
  const Shape& shape = network_.input;
  const std::size_t plane = std::size_t(shape.height) * shape.width;
  const float zero_point = static_cast<float>(network_.nodes.front().input_zero_point);
  std::vector<std::uint8_t> codes(shape.size());
  for (std::size_t s = 0; s < chosen.size(); ++s) {
    encode_image(network_, pixels.data() + std::size_t(chosen[s]) * codes.size(), codes.data());
    for (int channel = 0; channel < shape.channels; ++channel) {
      float* to = maps_[0].values.data() + (channel * chosen.size() + s) * plane;
      for (std::size_t i = 0; i < plane; ++i) to[i] = codes[channel * plane + i] - zero_point;
    }
  }
}

void GradientPass::forward_mvm(int n, int samples, const std::vector<float>& weights) {
  const Node& node = network_.nodes[n];
  const int outputs = node.outputs(), rows = node.matrix_rows(), of_group = node.group_outputs();
  const int points = samples * node.positions();
  Layer& layer = layers_[n];
  gather(n, samples);
  for (int group = 0; group < node.mvm.groups; ++group)
    multiply(Transpose::no, Transpose::no, of_group, points, rows,
             weights.data() + std::size_t(group) * of_group * rows,
             columns_.data() + std::size_t(group) * rows * points,
             products_.data() + std::size_t(group) * of_group * points);
  const Requantisation& to_code = node.mvm.requantisation;
  const float low = static_cast<float>(to_code.code_min - to_code.zero_point);
  const float high = static_cast<float>(to_code.code_max - to_code.zero_point);
  for (int output = 0; output < outputs; ++output) {
    const auto multiplier = static_cast<float>(node.mvm.requantisation_of(output).multiplier);
    const float bias = node.mvm.bias.empty() ? 0.0f : static_cast<float>(node.mvm.bias[output]);
    const float* sums = products_.data() + std::size_t(output) * points;
    std::uint8_t* open = layer.saved.open.data() + std::size_t(output) * points;
    if (node.mvm.raw_output) {
      float* logits = logits_.data() + std::size_t(output) * points;
      for (int i = 0; i < points; ++i) logits[i] = sums[i] + bias;
      std::fill_n(open, points, std::uint8_t{1});
      continue;
    }
    float* next = map_of(n).values.data() + std::size_t(output) * points;
    for (int i = 0; i < points; ++i) {
      const float scaled = (sums[i] + bias) * multiplier;
      open[i] = scaled > low && scaled <= high;
      const float clamped = std::min(std::max(scaled, low), high);
      next[i] = round_float(clamped);
    }
  }
}

void GradientPass::seed(std::span<const std::uint8_t> labels, std::span<const int> chosen,
                        const AttackObjective& objective, Sums& sums) {
  const int classes = network_.classes(), samples = static_cast<int>(chosen.size());
  std::vector<float>& slopes = maps_.back().slopes;
  std::fill_n(slopes.begin(), std::size_t(classes) * samples, 0.0f);
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
    float* to = slopes.data() + s;
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

/// The windows of an MVM's input in columns_.
void GradientPass::gather(int n, int samples) {
  const Node& node = network_.nodes[n];
  const float* input = map_of(layers_[n].sources[0]).values.data();
  if (covers_input(node))
    flatten(node.input, input, samples, columns_.data());
  else
    unroll(node, input, samples, columns_.data());
}

void GradientPass::weight_gradient(int n, int samples) {
  const Node& node = network_.nodes[n];
  const int outputs = node.outputs(), rows = node.matrix_rows(), points = samples * node.positions();
  const int of_group = node.group_outputs();
  const Layer& layer = layers_[n];
  float* g = map_of(n).slopes.data();
  for (int output = 0; output < outputs; ++output) {
    const float slope = node.mvm.raw_output ? 1.0f : static_cast<float>(node.mvm.requantisation_of(output).multiplier);
    const std::size_t begin = std::size_t(output) * points;
    for (std::size_t i = begin; i < begin + points; ++i) g[i] = layer.saved.open[i] != 0 ? g[i] * slope : 0.0f;
  }
  gather(n, samples);
  for (int group = 0; group < node.mvm.groups; ++group)
    multiply(Transpose::no, Transpose::yes, of_group, rows, points, g + std::size_t(group) * of_group * points,
             columns_.data() + std::size_t(group) * rows * points,
             gradient_[n].data() + std::size_t(group) * of_group * rows);
}

void GradientPass::to_input_mvm(int n, int samples, const std::vector<float>& weights) {
  const Node& node = network_.nodes[n];
  float* lower = slopes_of_input(n, 0, samples);
  if (lower == nullptr) return;
  const int rows = node.matrix_rows(), of_group = node.group_outputs(), points = samples * node.positions();
  for (int group = 0; group < node.mvm.groups; ++group)
    multiply(Transpose::yes, Transpose::no, rows, points, of_group,
             weights.data() + std::size_t(group) * of_group * rows,
             map_of(n).slopes.data() + std::size_t(group) * of_group * points,
             products_.data() + std::size_t(group) * rows * points);
  if (covers_input(node))
    add_unflattened(node.input, products_.data(), samples, lower);
  else
    roll_up(node, products_.data(), samples, lower);
}

}  // namespace nvcim::workloads
