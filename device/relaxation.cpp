// SPDX-License-Identifier: Apache-2.0
#include "device/relaxation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "arch/check.h"
#include "device/relaxation_tables.h"

namespace nvcim::device {
namespace {

constexpr double kMicrosiemens = 1e-6;

RelaxationTables tables_of(RelaxationModel technology) {
  switch (technology) {
    case RelaxationModel::technology_a:
      return relaxation_technology_a();
    case RelaxationModel::technology_b:
      return relaxation_technology_b();
    case RelaxationModel::technology_c:
      return relaxation_technology_c();
    case RelaxationModel::none:
      break;
  }
  NVCIM_CHECK(false, "relaxation {} has no tables", static_cast<int>(technology));
}

/// Between which two of the rising nodes a value lies, and how far; values outside are taken at the end.
struct Place {
  std::size_t index = 0;  ///< of the lower node
  double part = 0;        ///< 0 at the lower node, 1 at the upper
};

Place place(std::span<const double> nodes, double at) {
  std::size_t i = 0;
  while (i + 2 < nodes.size() && nodes[i + 1] < at) ++i;
  return {i, std::clamp((at - nodes[i]) / (nodes[i + 1] - nodes[i]), 0.0, 1.0)};
}

double mix(double from, double to, double part) {
  return (1 - part) * from + part * to;
}

/// Change of a state with a score; beyond the outermost nodes the outermost value.
double interpolate(const double* row, double score) {
  const double at = std::clamp(score + RelaxationTable::kHighestScore, 0.0, double(RelaxationTable::kScores - 1));
  const int i = std::min(static_cast<int>(at), RelaxationTable::kScores - 2);
  return mix(row[i], row[i + 1], at - i);
}

/// Row of a triangle at a point between two of its own, made as long as they are: a score has the same spread at every
/// time.
void mix_rows(std::span<const double> triangle, int points, const Place& at, std::span<double> row) {
  double lower = 0, mixed = 0;
  for (int j = 0; j < points; ++j) {
    const double from = triangle[at.index * points + j];
    row[j] = at.part > 0 ? mix(from, triangle[(at.index + 1) * points + j], at.part) : from;
    lower += from * from;
    mixed += row[j] * row[j];
  }
  for (double& weight : row) weight *= std::sqrt(lower / mixed);
}

double length(std::span<const double> row) {
  double squares = 0;
  for (const double weight : row) squares += weight * weight;
  return std::sqrt(squares);
}

double density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
}
double below(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

/// max(0, location + spread N(0, 1)) with this mean and standard deviation, both positive. The ratio of the two falls
/// as location / spread rises, so bisection finds it.
struct StoppedNormal {
  double location, spread;
};
StoppedNormal stopped_normal(double mean, double sigma) {
  const auto first = [](double a) { return a * below(a) + density(a); };
  const auto second = [](double a) { return (1 + a * a) * below(a) + a * density(a); };
  double low = -8, high = 40;
  for (int step = 0; step < 60; ++step) {
    const double a = 0.5 * (low + high);
    const double ratio = second(a) / (first(a) * first(a)) - 1;
    (ratio > sigma * sigma / (mean * mean) ? low : high) = a;
  }
  const double a = 0.5 * (low + high);
  return {a * mean / first(a), mean / first(a)};
}

}  // namespace

RelaxationLaw::RelaxationLaw(const DeviceParameters& parameters) {
  if (parameters.relaxation == RelaxationModel::none || parameters.age.value() == 0) return;
  const RelaxationTables tables = tables_of(parameters.relaxation);
  const bool room = is_room_temperature(parameters.temperature);
  const RelaxationTable& table = room ? tables.room : tables.bake;
  NVCIM_CHECK(!table.points.empty(), "no measurement at {} K", parameters.temperature.value());
  const double point = room ? std::log10(parameters.age.value()) : parameters.temperature.value() - kZeroCelsius;

  const int points = std::max(1, static_cast<int>(tables.room.points.size()));
  const Place row = room ? place(table.points, point) : Place{static_cast<std::size_t>(tables.bake_row), 0};
  draws_ = static_cast<int>(row.index) + (row.part > 0 ? 2 : 1);
  NVCIM_CHECK(points <= kMostDraws, "{} points", points);
  active_share_ = tables.active_share;
  mix_rows(tables.active, points, row, std::span(active_).first(points));
  mix_rows(tables.quiet, points, row, std::span(quiet_).first(points));
  set_heavy_tailed(table, point);
  if (parameters.relaxation_shape == RelaxationShape::gaussian) set_gaussian();
}

void RelaxationLaw::set_heavy_tailed(const RelaxationTable& table, double point) {
  constexpr int kScores = RelaxationTable::kScores;
  constexpr double kStep = 0.01;  // uS
  const Place at = place(table.points, point);
  const std::size_t size = table.states.size() * kScores;
  const auto change = [&](std::size_t i) {
    return kStep * mix(table.change[at.index * size + i], table.change[(at.index + 1) * size + i], at.part);
  };
  // Below the lowest measured state a cell rises as it does there, and falls in proportion to what it has.
  if (table.states.front() > 0) {
    states_.push_back(0);
    for (int k = 0; k < kScores; ++k) change_.push_back(std::max(0.0, change(k)));
  }
  states_.insert(states_.end(), table.states.begin(), table.states.end());
  for (std::size_t i = 0; i < size; ++i) change_.push_back(change(i));
}

void RelaxationLaw::set_gaussian() {
  gaussian_ = true;
  const double wide = length(std::span(active_).first(draws_)), narrow = length(std::span(quiet_).first(draws_));
  const auto share_below = [&](double x) {
    return active_share_ * below(x / wide) + (1 - active_share_) * below(x / narrow);
  };
  constexpr int kSteps = 20;  // per unit of the score
  for (std::size_t s = 0; s < states_.size(); ++s) {
    double mean = 0, square = 0;
    for (int i = -20 * kSteps; i < 20 * kSteps; ++i) {
      const double weight = share_below(double(i + 1) / kSteps) - share_below(double(i) / kSteps);
      const double g = states_[s] + interpolate(&change_[s * RelaxationTable::kScores], (i + 0.5) / kSteps);
      mean += weight * g;
      square += weight * g * g;
    }
    const double sigma = std::sqrt(std::max(0.0, square - mean * mean));
    const StoppedNormal normal = mean > 0 && sigma > 0 ? stopped_normal(mean, sigma) : StoppedNormal{mean, 0};
    location_.push_back(normal.location);
    spread_.push_back(normal.spread);
  }
  // One population: that of the cells which make the spread.
  for (double& weight : active_) weight /= wide;
}

double RelaxationLaw::score(double uniform, std::span<const double> normals) const {
  const auto& row = gaussian_ || uniform < active_share_ ? active_ : quiet_;
  double sum = 0;
  for (int j = 0; j < draws_; ++j) sum += row[j] * normals[j];
  return sum;
}

double RelaxationLaw::relaxed(double conductance, double score) const {
  if (!moves()) return conductance;
  const double g = conductance / kMicrosiemens;
  const Place at = place(states_, g);
  if (gaussian_) {
    const double location = mix(location_[at.index], location_[at.index + 1], at.part);
    const double spread = mix(spread_[at.index], spread_[at.index + 1], at.part);
    // Above the highest measured state a cell moves as it does there.
    return std::max(0.0, std::max(0.0, g - states_.back()) + location + spread * score) * kMicrosiemens;
  }
  const double* row = &change_[at.index * RelaxationTable::kScores];
  const double moved = mix(interpolate(row, score), interpolate(row + RelaxationTable::kScores, score), at.part);
  return std::max(0.0, g + moved) * kMicrosiemens;
}

}  // namespace nvcim::device
