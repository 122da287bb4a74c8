// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_convolution.h"

#include <algorithm>

#include "workloads/blas.h"

namespace nvcim::workloads {
namespace {

void square(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= values[i];
}

/// Grows, never shrinks, so that the largest layer decides once.
float* at_least(std::vector<float>& buffer, std::size_t count) {
  if (buffer.size() < count) buffer.resize(count);
  return buffer.data();
}

}  // namespace

ConvolutionProducts::ConvolutionProducts(const GraphConvolution& parameters, const Shape& in, const Shape& out)
    : parameters_(parameters),
      in_(in),
      out_(out),
      groups_(parameters.groups),
      rows_(in.channels / parameters.groups * parameters.window.area()),
      outputs_(out.channels / parameters.groups),
      positions_(out.height * out.width),
      covers_input_(groups_ == 1 && positions_ == 1 && rows_ == in.size()),
      weights_(parameters.weights.size()) {
  const Window& window = parameters.window;
  // A window as large as its map may still hang over the edge.
  covers_input_ = covers_input_ && window.pad_top == 0 && window.pad_left == 0 && parameters.dilation_h == 1 &&
                  parameters.dilation_w == 1;
}

/// Calls visit(row, first position, first source index, count, step) for every run of positions of one output line that
/// reads inside the map; the rest of `columns` reads padding.
template <class Visit>
void ConvolutionProducts::for_each_run(Visit visit) const {
  const Window& window = parameters_.window;
  int row = 0;
  for (int channel = 0; channel < in_.channels; ++channel)
    for (int ky = 0; ky < window.kernel_h; ++ky)
      for (int kx = 0; kx < window.kernel_w; ++kx, ++row) {
        const int offset = kx * parameters_.dilation_w - window.pad_left;
        int begin = 0, end = out_.width;
        while (begin < end && begin * window.stride_w + offset < 0) ++begin;
        while (end > begin && (end - 1) * window.stride_w + offset >= in_.width) --end;
        if (begin == end) continue;
        for (int y = 0; y < out_.height; ++y) {
          const int iy = y * window.stride_h - window.pad_top + ky * parameters_.dilation_h;
          if (iy < 0 || iy >= in_.height) continue;
          visit(row, y * out_.width + begin, (channel * in_.height + iy) * in_.width + begin * window.stride_w + offset,
                end - begin, window.stride_w);
        }
      }
}

/// columns [groups][rows][positions] of one map; padding stands for the value 0.
void ConvolutionProducts::unroll(const float* map, float* columns) const {
  std::fill_n(columns, unrolled(), 0.0f);
  for_each_run([&](int row, int position, int source, int count, int step) {
    float* to = columns + std::size_t(row) * positions_ + position;
    for (int i = 0; i < count; ++i) to[i] = map[source + i * step];
  });
}

/// The transpose of unroll: adds every column entry to the map element it was read from.
void ConvolutionProducts::roll_up(const float* columns, float* map) const {
  for_each_run([&](int row, int position, int source, int count, int step) {
    const float* from = columns + std::size_t(row) * positions_ + position;
    for (int i = 0; i < count; ++i) map[source + i * step] += from[i];
  });
}

void ConvolutionProducts::forward(const float* weights, const float* in, int maps, float* out,
                                  ConvolutionScratch& scratch) const {
  if (covers_input_) {
    multiply(Transpose::no, Transpose::yes, maps, outputs_, rows_, in, weights, out);
    return;
  }
  float* columns = at_least(scratch.columns, unrolled());
  for (int map = 0; map < maps; ++map) {
    unroll(in + std::size_t(map) * in_.size(), columns);
    for (int group = 0; group < groups_; ++group)
      multiply(Transpose::no, Transpose::no, outputs_, positions_, rows_,
               weights + std::size_t(group) * outputs_ * rows_, columns + std::size_t(group) * rows_ * positions_,
               out + std::size_t(map) * out_.size() + std::size_t(group) * outputs_ * positions_);
  }
}

void ConvolutionProducts::backward(const float* weights, const float* upper, int maps, float* lower,
                                   ConvolutionScratch& scratch) const {
  if (covers_input_) {
    multiply(Transpose::no, Transpose::no, maps, rows_, outputs_, upper, weights, lower);
    return;
  }
  std::fill_n(lower, std::size_t(maps) * in_.size(), 0.0f);
  float* columns = at_least(scratch.columns, unrolled());
  for (int map = 0; map < maps; ++map) {
    for (int group = 0; group < groups_; ++group)
      multiply(Transpose::yes, Transpose::no, rows_, positions_, outputs_,
               weights + std::size_t(group) * outputs_ * rows_,
               upper + std::size_t(map) * out_.size() + std::size_t(group) * outputs_ * positions_,
               columns + std::size_t(group) * rows_ * positions_);
    roll_up(columns, lower + std::size_t(map) * in_.size());
  }
}

void ConvolutionProducts::sum_of_squared_inputs(const float* g, const float* in, int samples, float* sums,
                                                ConvolutionScratch& scratch) const {
  if (covers_input_) {
    const std::size_t count = std::size_t(samples) * rows_;
    float* squares = at_least(scratch.columns, count);
    std::copy_n(in, count, squares);
    square(squares, count);
    multiply(Transpose::yes, Transpose::no, outputs_, rows_, samples, g, squares, sums);
    return;
  }
  std::fill_n(sums, weights_, 0.0f);
  float* columns = at_least(scratch.columns, unrolled());
  for (int sample = 0; sample < samples; ++sample) {
    unroll(in + std::size_t(sample) * in_.size(), columns);
    square(columns, unrolled());
    for (int group = 0; group < groups_; ++group)
      multiply(Transpose::no, Transpose::yes, outputs_, rows_, positions_,
               g + std::size_t(sample) * out_.size() + std::size_t(group) * outputs_ * positions_,
               columns + std::size_t(group) * rows_ * positions_, sums + std::size_t(group) * outputs_ * rows_, true);
  }
}

void ConvolutionProducts::sum_of_squared_gradients(const float* g, const float* in, int samples, int streams,
                                                   float* sums, ConvolutionScratch& scratch) const {
  if (covers_input_) {
    // One input per weight: the square of g·x factors, and the streams are summed before the product.
    float* squares = at_least(scratch.products, std::size_t(samples) * outputs_);
    for (int sample = 0; sample < samples; ++sample)
      for (int output = 0; output < outputs_; ++output) {
        float sum = 0;
        for (int stream = 0; stream < streams; ++stream) {
          const float value = g[(std::size_t(sample) * streams + stream) * outputs_ + output];
          sum += value * value;
        }
        squares[std::size_t(sample) * outputs_ + output] = sum;
      }
    sum_of_squared_inputs(squares, in, samples, sums, scratch);
    return;
  }
  std::fill_n(sums, weights_, 0.0f);
  float* columns = at_least(scratch.columns, unrolled());
  const std::size_t of_group = std::size_t(outputs_) * rows_;
  // Streams of an ungrouped layer lie one after the other, so that one product serves them all.
  const int together = groups_ == 1 ? streams : 1;
  float* products = at_least(scratch.products, together * of_group);
  for (int sample = 0; sample < samples; ++sample) {
    unroll(in + std::size_t(sample) * in_.size(), columns);
    for (int stream = 0; stream < streams; stream += together)
      for (int group = 0; group < groups_; ++group) {
        const float* upper =
            g + (std::size_t(sample) * streams + stream) * out_.size() + std::size_t(group) * outputs_ * positions_;
        multiply(Transpose::no, Transpose::yes, together * outputs_, rows_, positions_, upper,
                 columns + std::size_t(group) * rows_ * positions_, products);
        float* to = sums + group * of_group;
        for (int part = 0; part < together; ++part)
          for (std::size_t i = 0; i < of_group; ++i) {
            const float gradient = products[part * of_group + i];
            to[i] += gradient * gradient;
          }
      }
  }
}

}  // namespace nvcim::workloads
