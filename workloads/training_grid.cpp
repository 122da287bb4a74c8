// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_grid.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>

#include "workloads/round_float.h"

namespace nvcim::workloads {
namespace {

constexpr int kCalibrationValues = 100000;  // of each map, at least: evenly spaced
constexpr std::int64_t kGrain = 32768;      // elements that are worth a thread

struct Steps {
  float scale = 1, low = 0, high = 0;  // codes, the zero point taken off
};

// Plain loops over arrays that do not overlap, one comparison after the other: what the compiler can vectorise.

/// @param inside  1 where nothing was clamped
void round_to(Steps steps, const float* __restrict from, float* __restrict to, std::uint8_t* __restrict inside,
              std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float code = from[i] / steps.scale;
    inside[i] = static_cast<std::uint8_t>(int{code >= steps.low} & int{code <= steps.high});
    const float above = code < steps.low ? steps.low : code;  // what is not a number stays so
    const float clamped = above > steps.high ? steps.high : above;
    to[i] = round_float(clamped) * steps.scale;
  }
}

/// Times and by the scale, as the operations that this stands for.
void pass_back(float scale, const float* __restrict from, const std::uint8_t* __restrict inside, float* __restrict to,
               std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float passed = from[i] * scale / scale;
    to[i] = inside[i] != 0 ? passed : 0.0f;
  }
}

/// One pass over the map each way, where a chain of tensor operations takes six.
struct Grid : public torch::autograd::Function<Grid> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, double scale,
                            double low, double high) {
    const at::Tensor x = input.contiguous();
    at::Tensor y = at::empty_like(x), inside = at::empty_like(x, at::kByte);
    const Steps steps{float(scale), float(low), float(high)};
    const float* const from = x.data_ptr<float>();
    float* const to = y.data_ptr<float>();
    std::uint8_t* const mask = inside.data_ptr<std::uint8_t>();
    at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      round_to(steps, from + begin, to + begin, mask + begin, end - begin);
    });
    context->save_for_backward({inside});
    context->saved_data["scale"] = scale;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::Tensor gradient = gradients[0].contiguous(), inside = context->get_saved_variables()[0];
    at::Tensor result = at::empty_like(gradient);
    const float scale = float(context->saved_data["scale"].toDouble());
    const float* const from = gradient.data_ptr<float>();
    float* const to = result.data_ptr<float>();
    const std::uint8_t* const mask = inside.data_ptr<std::uint8_t>();
    at::parallel_for(0, gradient.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      pass_back(scale, from + begin, mask + begin, to + begin, end - begin);
    });
    return {result, {}, {}, {}};
  }
};

}  // namespace

at::Tensor round_straight_through(const at::Tensor& x) {
  return x + (x.round() - x).detach();
}

at::Tensor round_half_up_straight_through(const at::Tensor& x) {
  return x + ((x + 0.5).floor() - x).detach();
}

at::Tensor on_activation_grid(const at::Tensor& x, double scale, int low, int high) {
  return Grid::apply(x, scale, double(low), double(high));
}

ValueRange nearest_range(const at::Tensor& values, int bits) {
  const at::Tensor all = values.flatten();
  const at::Tensor some = all.slice(0, 0, all.numel(), (all.numel() / kCalibrationValues) | 1);
  const double least = std::min(all.min().item<double>(), 0.0), largest = std::max(all.max().item<double>(), 0.0);
  if (!(largest > least)) return {0, 1};  // a dead layer: any scale will do
  ValueRange best{least, largest};
  double best_error = std::numeric_limits<double>::infinity();
  constexpr int candidates = 80;
  for (int i = candidates; i >= 8; --i) {
    const ValueRange range{least * i / candidates, largest * i / candidates};
    const MapScale map = map_scale(range, bits);
    const at::Tensor rounded = on_activation_grid(some, map.scale, -map.zero_point, map.largest() - map.zero_point);
    const double error = (rounded - some).square().mean().item<double>();
    if (error < best_error) best_error = error, best = range;
  }
  return best;
}

}  // namespace nvcim::workloads
