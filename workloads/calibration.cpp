// SPDX-License-Identifier: Apache-2.0
#include "workloads/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include "arch/check.h"

namespace nvcim::workloads {
namespace {

constexpr std::size_t kSteps = 4096;
constexpr int kCandidates = 100;  // ranges that are tried, as hundredths of the whole one

/// Mean of the squared distances between values and their codes, times the number of values.
double squared_error(const Histogram& histogram, const ValueRange& range, int bits) {
  const MapScale scale = map_scale(range, bits);
  double sum = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    if (histogram.counts[i] == 0) continue;
    const double value = histogram.range.low + (static_cast<double>(i) + 0.5) * histogram.width();
    const double error = (scale.code(value) - scale.zero_point) * scale.scale - value;
    sum += static_cast<double>(histogram.counts[i]) * error * error;
  }
  return sum;
}

ValueRange least_error(const Histogram& histogram, int bits) {
  ValueRange best = histogram.range;
  double least = std::numeric_limits<double>::infinity();
  for (int share = kCandidates; share > 0; --share) {
    const ValueRange range{histogram.range.low * share / kCandidates, histogram.range.high * share / kCandidates};
    const double error = squared_error(histogram, range, bits);
    if (error < least) {
      least = error;
      best = range;
    }
  }
  return best;
}

ValueRange inner_range(const Histogram& histogram, double percentile) {
  const auto total = std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
  const double beyond = (100 - percentile) / 200 * static_cast<double>(total);
  std::size_t first = 0, last = histogram.counts.size() - 1;
  for (double sum = static_cast<double>(histogram.counts[first]); first < last && sum <= beyond;)
    sum += static_cast<double>(histogram.counts[++first]);
  for (double sum = static_cast<double>(histogram.counts[last]); last > first && sum <= beyond;)
    sum += static_cast<double>(histogram.counts[--last]);
  return {histogram.range.low + static_cast<double>(first) * histogram.width(),
          histogram.range.low + static_cast<double>(last + 1) * histogram.width()};
}

}  // namespace

void Histogram::add(std::span<const float> values) {
  const double per_step = range.high > range.low ? 1 / width() : 0;
  const std::size_t last = counts.size() - 1;
  for (const float value : values) {
    const double at = (value - range.low) * per_step;
    ++counts[at > 0 ? at < static_cast<double>(last) ? static_cast<std::size_t>(at) : last : 0];
  }
}

ValueRange chosen_range(const Histogram& histogram, const CalibrationOptions& options) {
  const double width = histogram.range.high - histogram.range.low;
  if (!(width > 0) || !std::isfinite(width)) return histogram.range;
  switch (options.method) {
    case RangeMethod::maximum:
      break;
    case RangeMethod::percentile:
      return inner_range(histogram, options.percentile);
    case RangeMethod::squared_error:
      return least_error(histogram, options.bits);
  }
  return histogram.range;
}

std::map<std::string, ValueRange> calibrate(const FloatGraph& graph, const std::vector<int>& nodes,
                                            const PixelScale& to_input, std::span<const std::uint8_t> pixels,
                                            int samples, const CalibrationOptions& options) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<int> place(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < nodes.size(); ++i) place[nodes[i]] = static_cast<int>(i);
  std::vector<Histogram> histograms(nodes.size(), {{kInfinity, -kInfinity}, {}});
  std::mutex mutex;
  const int passes = options.method == RangeMethod::maximum ? 1 : 2;
  int pass = 0;
  InferenceOptions inference{.threads = options.threads, .progress = {}};
  if (options.progress)
    inference.progress = [&](int done, int total) { options.progress(pass * total + done, passes * total); };

  inference.observe = [&](int node, std::span<const float> values) {
    if (place[node] < 0) return;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const std::lock_guard lock(mutex);
    ValueRange& range = histograms[place[node]].range;
    range = {std::min(range.low, double{*low}), std::max(range.high, double{*high})};
  };
  infer(graph, to_input, pixels, samples, inference);

  if (passes == 2) {
    pass = 1;
    for (Histogram& histogram : histograms) histogram.counts.assign(kSteps, 0);
    inference.observe = [&](int node, std::span<const float> values) {
      if (place[node] < 0 || !std::isfinite(histograms[place[node]].range.high - histograms[place[node]].range.low))
        return;
      Histogram part{histograms[place[node]].range, std::vector<std::uint64_t>(kSteps, 0)};
      part.add(values);
      const std::lock_guard lock(mutex);
      std::vector<std::uint64_t>& counts = histograms[place[node]].counts;
      for (std::size_t i = 0; i < kSteps; ++i) counts[i] += part.counts[i];
    };
    infer(graph, to_input, pixels, samples, inference);
  }

  std::map<std::string, ValueRange> ranges;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const double unit = graph.nodes[nodes[i]].unit;
    NVCIM_CHECK(unit == 1, "{}: stored values in steps of {}", graph.nodes[nodes[i]].name, unit);
    ranges[graph.nodes[nodes[i]].name] = chosen_range(histograms[i], options);
  }
  return ranges;
}

}  // namespace nvcim::workloads
