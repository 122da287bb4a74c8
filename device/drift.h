// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "arch/parameters.h"
#include "device/models/device_law.h"

namespace nvcim::device {

/// The drift law of `/device/model`: where a cell is after /device/age. Times count from the moment at which the spread
/// of programming was measured (seconds_since_programming); age 0 changes nothing except for a model that says so.
class DriftLaw {
 public:
  /// At /device/age. `parameters` must outlive it.
  explicit DriftLaw(const DeviceParameters& parameters);

  /// N(0, 1) draws of a cell that its drift takes (Purpose::drift): at a later age more, the first ones the same. 0
  /// when /device/drift is none.
  int draws() const { return static_cast<int>(stretches_.size()); }
  /// @param target, programmed  siemens   @param normals  [draws()] the cell's
  /// @return siemens, not below 0; `programmed` when /device/drift is none
  double drifted(double target, double programmed, std::span<const double> normals) const;

 private:
  const DeviceParameters& parameters_;
  const ModelDrift* law_ = nullptr;  ///< none: /device/drift is none
  std::vector<double> stretches_;
};

}  // namespace nvcim::device
