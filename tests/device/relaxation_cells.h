// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "device/relaxation.h"
#include "tests/device/draws.h"

/// The measured cells behind the relaxation of technologies b and c, and the model's cells of the same conductances.
namespace nvcim::device {

/// tests/device/data/README.md says where they are from.
struct MeasuredCells {
  std::vector<double> seconds;
  std::vector<double> start;                ///< [cell] uS
  std::vector<std::vector<double>> change;  ///< [time][cell] uS; NaN: not read

  /// Cells up to `g_max`.
  static MeasuredCells load(const std::string& name, double g_max) {
    std::ifstream file(std::string(NVCIM_DEVICE_DATA) + "/" + name);
    if (!file) throw std::runtime_error("no " + name);
    MeasuredCells cells;
    std::string line;
    while (std::getline(file, line)) {
      if (line.empty() || line[0] == '#') continue;
      std::vector<double> fields;
      std::istringstream row(line);
      for (std::string field; std::getline(row, field, ',');)
        fields.push_back(field.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(field));
      if (cells.seconds.empty()) {
        cells.seconds.assign(fields.begin() + 1, fields.end());
        cells.change.resize(cells.seconds.size());
        continue;
      }
      if (fields[0] > g_max) continue;
      fields.resize(cells.seconds.size() + 1, std::numeric_limits<double>::quiet_NaN());
      cells.start.push_back(fields[0]);
      for (std::size_t t = 0; t < cells.seconds.size(); ++t) cells.change[t].push_back(fields[t + 1] - fields[0]);
    }
    return cells;
  }

  std::size_t at(double time) const {
    for (std::size_t t = 0; t < seconds.size(); ++t)
      if (seconds[t] == time) return t;
    throw std::runtime_error("not measured then");
  }
};

inline DeviceParameters relaxing(RelaxationModel technology, double g_max_microsiemens, double seconds,
                                 double celsius = 25, RelaxationShape shape = RelaxationShape::heavy_tailed) {
  DeviceParameters p;
  p.model = DeviceModel("gaussian");
  p.g_min = from_si<Conductance>(0.0);
  p.g_max = from_si<Conductance>(g_max_microsiemens * 1e-6);
  p.relaxation = technology;
  p.relaxation_shape = shape;
  p.age = from_si<Time>(seconds);
  p.temperature = from_si<Temperature>(celsius + 273.15);
  return p;
}

/// Cells of given conductances with draws of their own, each on its one path.
class ModelCells {
 public:
  /// @param start  uS   @param seed  another one: cells that were written anew
  explicit ModelCells(std::vector<double> start, std::uint32_t seed = 0)
      : start_(std::move(start)), uniform_(uniform_draws(count(), Purpose::relaxation, 100 * seed + 1)) {
    for (std::uint32_t k = 0; k < kDraws; ++k)
      normals_.push_back(normal_draws(count(), Purpose::relaxation, 100 * seed + 2 + k));
  }
  const std::vector<double>& start() const { return start_; }
  /// Changes in uS at the parameters' age and temperature.
  std::vector<double> changes(const DeviceParameters& parameters) const {
    const RelaxationLaw law(parameters);
    std::vector<double> moved(start_.size());
    std::vector<double> normals(kDraws);
    for (std::size_t i = 0; i < start_.size(); ++i) {
      for (std::size_t k = 0; k < kDraws; ++k) normals[k] = normals_[k][i];
      moved[i] = law.relaxed(start_[i] * 1e-6, law.score(uniform_[i], normals)) * 1e6 - start_[i];
    }
    return moved;
  }

 private:
  static constexpr std::size_t kDraws = 6;
  int count() const { return static_cast<int>(start_.size()); }

  std::vector<double> start_, uniform_;
  std::vector<std::vector<double>> normals_;
};

inline double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    n += 1;
    sa += a[i];
    sb += b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  return (ab - sa * sb / n) / std::sqrt((aa - sa * sa / n) * (bb - sb * sb / n));
}

inline double share_beyond_three_sigma(const std::vector<double>& moved) {
  const Moments m = moments(moved);
  int count = 0;
  for (const double x : moved) count += std::abs(x - m.mean) > 3 * m.sigma;
  return static_cast<double>(count) / static_cast<double>(moved.size());
}

}  // namespace nvcim::device
