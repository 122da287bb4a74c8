// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/worst_case_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "arch/check.h"
#include "arch/random.h"
#include "sim/studies/worst_case_descent.h"

namespace nvcim::sim {
namespace {

using workloads::AttackLoss;
using workloads::AttackObjective;
using workloads::GradientSum;
using workloads::WeightMatrix;

// Samples of a mini-batch: as many as this many multiplications of one pass make, which is a second or less.
constexpr int kLeastBatch = 50, kMostBatch = 500;
constexpr double kBatchMacs = 4e9;
constexpr int kAllWrong = 2000;      // samples in a row without a right one that end a descent, once each was seen
constexpr int kScaleSamples = 2000;  // behind mean_margin

}  // namespace

const char* search_name(SearchMethod method) {
  switch (method) {
    case SearchMethod::pgd:
      return "pgd";
    case SearchMethod::lagrangian:
      return "lagrangian";
    case SearchMethod::sign:
      return "sign";
  }
  return "?";
}

WorstCaseDescent::WorstCaseDescent(const SearchRequest& request)
    : request_(request),
      engine_(request.network, request.threads),
      all_(request.labels.size()),
      batch_(static_cast<std::size_t>(
          std::clamp(kBatchMacs / double(request.network.macs()), double{kLeastBatch}, double{kMostBatch}))) {
  NVCIM_CHECK(!request.labels.empty() &&
                  request.pixels.size() >= request.labels.size() * std::size_t(request.network.input.size()),
              "{} labels, {} pixels", request.labels.size(), request.pixels.size());
  std::iota(all_.begin(), all_.end(), 0);
  const int count = std::min(samples(), kScaleSamples);
  const GradientSum sum = engine_.run(workloads::zero_weights(request.network), request.pixels, request.labels,
                                      std::span(all_).first(static_cast<std::size_t>(count)), {}, false);
  if (sum.correct > 0 && sum.loss > 0) mean_margin_ = sum.loss / sum.correct;
}

WorstCaseDescent::Point WorstCaseDescent::at(WeightMatrix deviation) {
  const GradientSum sum = engine_.run(deviation, request_.pixels, request_.labels, all_, {}, false);
  return {std::move(deviation), sum.correct, sum.held};
}

int WorstCaseDescent::rarest_class() const {
  std::vector<int> samples(request_.network.classes());
  for (const std::uint8_t label : request_.labels) ++samples[label];
  return static_cast<int>(std::min_element(samples.begin(), samples.end()) - samples.begin());
}

int WorstCaseDescent::next_gradient(const WeightMatrix& deviation, const AttackObjective& objective, GradientSum& sum) {
  const std::size_t batch = std::min<std::size_t>(batch_, all_.size());
  if (order_.empty() || next_ + batch > order_.size()) {
    order_ = all_;
    const DrawStream stream(request_.seed, Purpose::search_order, 0, epoch_++, 0);
    for (std::size_t i = order_.size() - 1; i > 0; --i) {
      const double u = DrawStream::uniform(stream.block(static_cast<std::uint32_t>(i), 0)[0]);
      std::swap(order_[i], order_[std::min(i, static_cast<std::size_t>(u * double(i + 1)))]);
    }
    next_ = 0;
  }
  sum = engine_.run(deviation, request_.pixels, request_.labels, std::span(order_).subspan(next_, batch), objective);
  next_ += batch;
  ++iterations_;
  return static_cast<int>(batch);
}

WorstCaseDescent::Point WorstCaseDescent::descend(WeightMatrix from, const AttackObjective& objective,
                                                  const Schedule& schedule) {
  WeightMatrix velocity = workloads::zero_weights(request_.network);
  GradientSum sum;
  int wrong = 0;  // samples in a row
  for (int iteration = 0; iteration < schedule.iterations; ++iteration) {
    const double part = schedule.iterations < 2 ? 0 : double(iteration) / (schedule.iterations - 1);
    const auto step =
        static_cast<float>(schedule.first_step * std::pow(schedule.last_step / schedule.first_step, part));
    const auto reach = static_cast<float>(schedule.first_reach + (schedule.last_reach - schedule.first_reach) * part);
    wrong += next_gradient(from, objective, sum);
    if (sum.correct > 0) wrong = 0;
    if (wrong >= std::max(samples(), kAllWrong) && reach == 1) break;
    for (std::size_t n = 0; n < from.size(); ++n) {
      double size = 0;
      for (const float g : sum.gradient[n]) size += std::abs(g);
      if (size == 0) continue;
      const auto scale = static_cast<float>(double(from[n].size()) / size);
      const auto momentum = static_cast<float>(schedule.momentum);
      const float *low = request_.reach.low[n].data(), *high = request_.reach.high[n].data();
      for (std::size_t i = 0; i < from[n].size(); ++i) {
        float& v = velocity[n][i];
        v = momentum * v + scale * sum.gradient[n][i];
        const float half = step * 0.5f * (high[i] - low[i]);
        const float move = v > 0 ? -half : v < 0 ? half : 0.0f;
        from[n][i] = std::clamp(from[n][i] + move, low[i] * reach, high[i] * reach);
      }
    }
  }
  return at(std::move(from));
}

SearchOutcome search_worst_case(const SearchRequest& request) {
  WorstCaseDescent descent(request);
  switch (request.method) {
    case SearchMethod::pgd:
      return search_by_descent(descent);
    case SearchMethod::lagrangian:
      return search_by_lagrangian(descent);
    case SearchMethod::sign:
      break;
  }
  WorstCaseDescent::Point point =
      descent.descend(workloads::zero_weights(request.network), {.loss = AttackLoss::cross_entropy},
                      {.iterations = 10, .first_step = 0.25, .last_step = 0.25, .momentum = 0});
  return {std::move(point.deviation), point.correct, descent.iterations(), "cross entropy", false};
}

}  // namespace nvcim::sim
