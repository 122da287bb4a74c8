// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

const DeviceLaw models::ideal = {
    .source = "definition",
    .form = "sigma = 0",
    .lowest = from_zero,
    .highest = without_limit,
    .sigma = [](const DeviceParameters&, double, double) { return 0.0; },
    .level_sigma = [](const DeviceParameters&, double) { return 0.0; },
    .exact = true,
    .after_write_verify = false,
    .measured_after = from_zero,
    .drift = {},
    .read_sigma = nullptr,
};

}  // namespace nvcim::device
