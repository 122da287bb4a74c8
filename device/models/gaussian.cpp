// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

/// An abstract model: any range, no measured device.
const DeviceLaw models::gaussian = abstract_law<gaussian_sigma>(
    "SWIM, Yan et al., DAC 2022", "sigma + sigma_slope x level / highest level, of g_max - g_min");

}  // namespace nvcim::device
