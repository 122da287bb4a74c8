// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

/// An abstract model: any range, no measured device.
const DeviceLaw models::gaussian = {
    .source = "SWIM, Yan et al., DAC 2022",
    .form = "sigma + sigma_slope x level / highest level, of g_max - g_min",
    .lowest = from_zero,
    .highest = without_limit,
    .sigma = [](const DeviceParameters& p, double target,
                double) { return sigma_in_siemens(p, target, gaussian_sigma); },
    .level_sigma = gaussian_sigma,
    .exact = false,
    .after_write_verify = false,
    .measured_after = from_zero,
    .drift = {},
    .read_sigma = nullptr,
};

}  // namespace nvcim::device
