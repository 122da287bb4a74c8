// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

/// Written without verify as `gaussian`; what write-verify does to its cells is in /device/table.
const DeviceLaw models::measured = {
    .source = "unverified: SWIM, Yan et al., DAC 2022; verified: /device/table",
    .form = "gaussian",
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
