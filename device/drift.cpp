// SPDX-License-Identifier: Apache-2.0
#include "device/drift.h"

#include <algorithm>

#include "arch/check.h"

namespace nvcim::device {

DriftLaw::DriftLaw(const DeviceParameters& parameters) : parameters_(parameters) {
  if (parameters.drift == DriftModel::none) return;
  law_ = &device_law(parameters.model).drift;
  NVCIM_CHECK(*law_, "device model {} has no drift law", parameters.model.row().name);
  stretches_ = law_->stretches(parameters, seconds_since_programming(parameters));
}

double DriftLaw::drifted(double target, double programmed, std::span<const double> normals) const {
  if (law_ == nullptr) return programmed;
  return std::max(law_->moved(parameters_, target, programmed, stretches_, normals), 0.0);
}

}  // namespace nvcim::device
