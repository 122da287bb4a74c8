// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_pass.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

constexpr int kLargestBatch = 64;
constexpr std::size_t kBufferFloats = std::size_t{8} << 20;  // per batch, of the largest map with all its streams
constexpr double kSmallestCurvature = 1e-20;  // its square root times weights stays clear of subnormal floats

enum class Transpose { no, yes };

/// c [m][n] = alpha·op(a)·op(b) (+ c), row-major, leading dimensions those of the stored matrices.
void multiply(Transpose ta, Transpose tb, int m, int n, int k, const float* a, const float* b, float* c,
              bool add = false) {
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  cblas_sgemm(CblasRowMajor, at ? CblasTrans : CblasNoTrans, bt ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a,
              at ? m : k, b, bt ? k : n, add ? 1.0f : 0.0f, c, n);
}

/// Fully connected: the one window is the whole input, so that the map is its own unrolled form.
bool covers_input(const Node& node) {
  return node.positions() == 1 && node.matrix_rows() == node.input.size();
}

/// Calls visit(row, first position, first source index, count, step) for every run of positions of one output line that
/// reads inside the map; the rest of `columns` reads padding.
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

/// columns [matrix rows][positions] of one map; padding stands for the value 0.
void unroll(const Node& node, const float* map, float* columns) {
  const int positions = node.positions();
  std::fill_n(columns, std::size_t(node.matrix_rows()) * positions, 0.0f);
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    float* to = columns + std::size_t(row) * positions + position;
    for (int i = 0; i < count; ++i) to[i] = map[source + i * step];
  });
}

/// The transpose of unroll: adds every column entry to the map element it was read from.
void roll_up(const Node& node, const float* columns, float* map) {
  const int positions = node.positions();
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    const float* from = columns + std::size_t(row) * positions + position;
    for (int i = 0; i < count; ++i) map[source + i * step] += from[i];
  });
}

void square(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= values[i];
}

}  // namespace

CurvatureModel::CurvatureModel(const Network& of, const SensitivityOptions& options)
    : network(of), method(options.method), loss(options.loss), matrices(of.nodes.size()) {
  NVCIM_CHECK(!of.nodes.empty() && of.nodes.back().kind == Node::Kind::mvm && of.nodes.back().mvm.raw_output,
              "{}: the last node must give logits", of.name);
  streams = method == SensitivityMethod::recursion ? 1 : of.classes();
  std::size_t largest = of.input.size();
  double scale = of.nodes.front().input_scale;
  for (std::size_t n = 0; n < of.nodes.size(); ++n) {
    const Node& node = of.nodes[n];
    largest = std::max<std::size_t>(largest, node.output.size());
    if (node.kind != Node::Kind::mvm) continue;
    const MvmLayer& mvm = node.mvm;
    Matrix& matrix = matrices[n];
    matrix.codes.assign(mvm.weights.begin(), mvm.weights.end());
    matrix.backward = matrix.codes;
    for (float& weight : matrix.backward) weight *= static_cast<float>(mvm.weight_scale);
    if (method == SensitivityMethod::recursion) square(matrix.backward.data(), matrix.backward.size());
    const double full_scale = ((1 << (mvm.weight_bits - 1)) - 1) * mvm.weight_scale;
    matrix.unit = mvm.weight_scale * scale;
    matrix.to_normalised = full_scale * scale * full_scale * scale;
    // What the integers say, so that the chain of scales is right even where a file's own scales are not given.
    if (!mvm.raw_output) scale = matrix.unit / mvm.requantisation.multiplier;
  }
  batch = static_cast<int>(std::clamp<std::size_t>(kBufferFloats / (largest * streams), 1, kLargestBatch));
}

CurvaturePass::CurvaturePass(const CurvatureModel& model) : model_(model) {
  const Network& network = model.network;
  const std::size_t batch = model.batch, streams = model.streams;
  std::size_t largest_map = network.input.size(), largest_columns = 0, largest_products = 0;
  layers_.resize(network.nodes.size());
  curvature_.resize(network.nodes.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    largest_map = std::max<std::size_t>(largest_map, node.output.size());
    layers_[n].input.resize(batch * node.input.size());
    if (node.kind == Node::Kind::pool) {
      if (node.pool.kind == PoolKind::maximum) layers_[n].source.resize(batch * node.output.size());
      continue;
    }
    layers_[n].open.resize(batch * node.output.size());
    curvature_[n].resize(model.matrices[n].codes.size());
    largest_products = std::max(largest_products, batch * node.output.size());
    if (covers_input(node)) {
      largest_columns = std::max(largest_columns, batch * node.input.size());
    } else {
      const std::size_t unrolled = std::size_t(node.matrix_rows()) * node.positions();
      largest_columns = std::max(largest_columns, unrolled);
      largest_products = std::max({largest_products, unrolled, streams * model.matrices[n].codes.size()});
    }
  }
  logits_.resize(batch * network.classes());
  upper_.resize(batch * streams * largest_map);
  lower_.resize(batch * streams * largest_map);
  columns_.resize(largest_columns);
  products_.resize(largest_products);
}

const std::vector<std::vector<float>>& CurvaturePass::run(const std::uint8_t* pixels, int samples) {
  const Network& network = model_.network;
  const int last = static_cast<int>(network.nodes.size()) - 1;
  std::vector<std::uint8_t> codes(network.input.size());
  const float zero_point = static_cast<float>(network.nodes.front().input_zero_point);
  for (int sample = 0; sample < samples; ++sample) {
    encode_image(network, pixels + std::size_t(sample) * codes.size(), codes.data());
    float* input = layers_.front().input.data() + std::size_t(sample) * codes.size();
    for (std::size_t i = 0; i < codes.size(); ++i) input[i] = codes[i] - zero_point;
  }
  for (int n = 0; n <= last; ++n)
    network.nodes[n].kind == Node::Kind::mvm ? forward_mvm(n, samples) : forward_pool(n, samples);
  seed_streams(samples);
  for (int n = last; n >= 0; --n) {
    const bool mvm = network.nodes[n].kind == Node::Kind::mvm;
    if (mvm) accumulate(n, samples);
    if (n == 0) break;
    mvm ? to_input_mvm(n, samples) : to_input_pool(n, samples);
    std::swap(upper_, lower_);
  }
  return curvature_;
}

void CurvaturePass::forward_mvm(int n, int samples) {
  const Node& node = model_.network.nodes[n];
  const CurvatureModel::Matrix& matrix = model_.matrices[n];
  const int outputs = node.outputs(), positions = node.positions(), rows = node.matrix_rows();
  Layer& layer = layers_[n];
  // Sums of integers below 2^24 are exact in single precision; a longer one may round to a neighbouring code.
  if (covers_input(node)) {
    multiply(Transpose::no, Transpose::yes, samples, outputs, rows, layer.input.data(), matrix.codes.data(),
             products_.data());
  } else {
    for (int sample = 0; sample < samples; ++sample) {
      unroll(node, layer.input.data() + std::size_t(sample) * node.input.size(), columns_.data());
      multiply(Transpose::no, Transpose::no, outputs, positions, rows, matrix.codes.data(), columns_.data(),
               products_.data() + std::size_t(sample) * node.output.size());
    }
  }
  const Requantisation& to_code = node.mvm.requantisation;
  const double low = to_code.code_min - to_code.zero_point, high = to_code.code_max - to_code.zero_point;
  std::size_t at = 0;
  for (int sample = 0; sample < samples; ++sample)
    for (int output = 0; output < outputs; ++output) {
      const std::int64_t bias = node.mvm.bias.empty() ? 0 : node.mvm.bias[output];
      for (int position = 0; position < positions; ++position, ++at) {
        const double sum = products_[at];
        if (node.mvm.raw_output) {
          logits_[at] = static_cast<float>(sum + double(bias));
          layer.open[at] = 1;
          continue;
        }
        const double scaled = (sum + double(bias)) * to_code.multiplier;
        layer.open[at] = scaled > low && scaled <= high;
        layers_[n + 1].input[at] = static_cast<float>(int{requantise(sum, bias, to_code)} - to_code.zero_point);
      }
    }
}

void CurvaturePass::forward_pool(int n, int samples) {
  const Node& node = model_.network.nodes[n];
  const Window& window = node.pool.window;
  const Shape &in = node.input, &out = node.output;
  const int area = window.area();
  Layer& layer = layers_[n];
  float* next = layers_[n + 1].input.data();
  std::size_t at = 0;
  for (int sample = 0; sample < samples; ++sample) {
    const float* map = layer.input.data() + std::size_t(sample) * in.size();
    for (int channel = 0; channel < out.channels; ++channel)
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x, ++at) {
          const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
          std::int32_t winner = -1;
          int sum = 0;
          for (int iy = std::max(y0, 0); iy < std::min(y0 + window.kernel_h, in.height); ++iy)
            for (int ix = std::max(x0, 0); ix < std::min(x0 + window.kernel_w, in.width); ++ix) {
              const std::int32_t index = (channel * in.height + iy) * in.width + ix;
              sum += static_cast<int>(map[index]) + node.input_zero_point;
              if (winner < 0 || map[index] > map[winner]) winner = index;
            }
          if (node.pool.kind == PoolKind::maximum) {
            layer.source[at] = winner;
            next[at] = winner < 0 ? static_cast<float>(-node.input_zero_point) : map[winner];
          } else {
            // As workloads::pool: padding holds the zero point.
            const int inside = std::max(0, std::min(y0 + window.kernel_h, in.height) - std::max(y0, 0)) *
                               std::max(0, std::min(x0 + window.kernel_w, in.width) - std::max(x0, 0));
            sum += (area - inside) * node.input_zero_point;
            next[at] = static_cast<float>((2 * sum + area) / (2 * area) - node.input_zero_point);
          }
        }
  }
}

void CurvaturePass::seed_streams(int samples) {
  const int classes = model_.network.classes(), streams = model_.streams;
  const bool recursion = model_.method == SensitivityMethod::recursion;
  const double unit = model_.matrices.back().unit;
  std::vector<double> share(classes);
  for (int sample = 0; sample < samples; ++sample) {
    const float* z = logits_.data() + std::size_t(sample) * classes;
    float* seed = upper_.data() + std::size_t(sample) * streams * classes;
    if (model_.loss == SensitivityLoss::squared_error) {
      // The Hessian to the logits is 2·1, so either method starts from 2 or from its square root on the diagonal.
      std::fill_n(seed, std::size_t(streams) * classes, recursion ? 2.0f : 0.0f);
      if (!recursion)
        for (int k = 0; k < classes; ++k) seed[k * classes + k] = static_cast<float>(std::sqrt(2.0));
      continue;
    }
    const float top = *std::max_element(z, z + classes);
    double total = 0;
    for (int k = 0; k < classes; ++k) total += share[k] = std::exp((double(z[k]) - top) * unit);
    for (int k = 0; k < classes; ++k) share[k] /= total;
    // 1 - p from the other shares: no cancellation when p is near 1.
    std::vector<double> rest(classes, 0.0);
    for (int k = 0; k < classes; ++k)
      for (int j = 0; j < classes; ++j)
        if (j != k) rest[k] += share[j];
    for (int k = 0; k < classes; ++k) {
      if (recursion) {
        const double curvature = share[k] * rest[k];
        seed[k] = curvature < kSmallestCurvature ? 0.0f : static_cast<float>(curvature);
        continue;
      }
      // Var_{k~p}(J_k) = sum over k of (sqrt(p_k)·(J_k - mean J))^2, so class k's pass starts from sqrt(p_k)·(e_k - p).
      const double root = share[k] < kSmallestCurvature ? 0.0 : std::sqrt(share[k]);
      for (int j = 0; j < classes; ++j) {
        const double value = root * (j == k ? rest[k] : -share[j]);
        seed[k * classes + j] = std::abs(value) < kSmallestCurvature ? 0.0f : static_cast<float>(value);
      }
    }
  }
}

void CurvaturePass::accumulate(int n, int samples) {
  const Node& node = model_.network.nodes[n];
  const int outputs = node.outputs(), positions = node.positions(), rows = node.matrix_rows();
  const int streams = model_.streams;
  const bool recursion = model_.method == SensitivityMethod::recursion;
  const std::size_t map = node.output.size();
  const Layer& layer = layers_[n];
  for (int sample = 0; sample < samples; ++sample)
    for (int stream = 0; stream < streams; ++stream) {
      float* g = upper_.data() + (std::size_t(sample) * streams + stream) * map;
      const std::uint8_t* open = layer.open.data() + sample * map;
      for (std::size_t i = 0; i < map; ++i) g[i] = open[i] != 0 ? g[i] : 0.0f;
    }
  float* sums = curvature_[n].data();
  if (covers_input(node)) {
    std::copy_n(layer.input.data(), std::size_t(samples) * rows, columns_.data());
    square(columns_.data(), std::size_t(samples) * rows);
    const float* second = upper_.data();
    if (!recursion) {
      // One input per weight: the square of g_k·x factors, and the classes are summed before the product.
      for (int sample = 0; sample < samples; ++sample)
        for (int output = 0; output < outputs; ++output) {
          float sum = 0;
          for (int stream = 0; stream < streams; ++stream) {
            const float g = upper_[(std::size_t(sample) * streams + stream) * map + output];
            sum += g * g;
          }
          products_[std::size_t(sample) * outputs + output] = sum;
        }
      second = products_.data();
    }
    multiply(Transpose::yes, Transpose::no, outputs, rows, samples, second, columns_.data(), sums);
  } else {
    std::fill(curvature_[n].begin(), curvature_[n].end(), 0.0f);
    const std::size_t weights = curvature_[n].size();
    for (int sample = 0; sample < samples; ++sample) {
      unroll(node, layer.input.data() + std::size_t(sample) * node.input.size(), columns_.data());
      const float* g = upper_.data() + std::size_t(sample) * streams * map;
      if (recursion) {
        square(columns_.data(), std::size_t(rows) * positions);
        multiply(Transpose::no, Transpose::yes, outputs, rows, positions, g, columns_.data(), sums, true);
        continue;
      }
      multiply(Transpose::no, Transpose::yes, streams * outputs, rows, positions, g, columns_.data(), products_.data());
      for (int stream = 0; stream < streams; ++stream)
        for (std::size_t i = 0; i < weights; ++i) {
          const float gradient = products_[stream * weights + i];
          sums[i] += gradient * gradient;
        }
    }
  }
  const float scale = static_cast<float>(model_.matrices[n].to_normalised);
  for (float& value : curvature_[n]) value *= scale;
}

void CurvaturePass::to_input_mvm(int n, int samples) {
  const Node& node = model_.network.nodes[n];
  const int outputs = node.outputs(), positions = node.positions(), rows = node.matrix_rows();
  const int maps = samples * model_.streams;
  const float* weights = model_.matrices[n].backward.data();
  if (covers_input(node)) {
    multiply(Transpose::no, Transpose::no, maps, rows, outputs, upper_.data(), weights, lower_.data());
    return;
  }
  std::fill_n(lower_.data(), std::size_t(maps) * node.input.size(), 0.0f);
  for (int map = 0; map < maps; ++map) {
    multiply(Transpose::yes, Transpose::no, rows, positions, outputs, weights,
             upper_.data() + std::size_t(map) * node.output.size(), products_.data());
    roll_up(node, products_.data(), lower_.data() + std::size_t(map) * node.input.size());
  }
}

void CurvaturePass::to_input_pool(int n, int samples) {
  const Node& node = model_.network.nodes[n];
  const int streams = model_.streams;
  const std::size_t in_size = node.input.size(), out_size = node.output.size();
  std::fill_n(lower_.data(), std::size_t(samples) * streams * in_size, 0.0f);
  const Window& window = node.pool.window;
  const float share = 1.0f / static_cast<float>(window.area());
  const float weight = model_.method == SensitivityMethod::recursion ? share * share : share;
  for (int map = 0; map < samples * streams; ++map) {
    const float* g = upper_.data() + map * out_size;
    float* to = lower_.data() + map * in_size;
    if (node.pool.kind == PoolKind::maximum) {
      const std::int32_t* source = layers_[n].source.data() + std::size_t(map / streams) * out_size;
      for (std::size_t i = 0; i < out_size; ++i)
        if (source[i] >= 0) to[source[i]] += g[i];
      continue;
    }
    for (int channel = 0; channel < node.output.channels; ++channel)
      for (int y = 0; y < node.output.height; ++y)
        for (int x = 0; x < node.output.width; ++x) {
          const float value = weight * *g++;
          const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
          for (int iy = std::max(y0, 0); iy < std::min(y0 + window.kernel_h, node.input.height); ++iy)
            for (int ix = std::max(x0, 0); ix < std::min(x0 + window.kernel_w, node.input.width); ++ix)
              to[(channel * node.input.height + iy) * node.input.width + ix] += value;
        }
  }
}

}  // namespace nvcim::workloads
