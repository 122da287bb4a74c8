// SPDX-License-Identifier: Apache-2.0
#include "device/programming_variation.h"

#include "arch/check.h"
#include "device/gaussian.h"

namespace nvcim::device {

double programming_sigma(const DeviceParameters& parameters, double level_fraction) {
  switch (parameters.model) {
    case DeviceModel::ideal:
      return 0;
    case DeviceModel::gaussian:
      return gaussian_sigma(parameters, level_fraction);
  }
  NVCIM_CHECK(false, "device model {}", static_cast<int>(parameters.model));
}

}  // namespace nvcim::device
