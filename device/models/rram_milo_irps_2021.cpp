// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

/// HfO2 1T1R RRAM, spread left by the IGVVA write-verify with a gate step of 100 mV. V. Milo et al., "Optimized
/// programming algorithms for multilevel RRAM in hardware neural networks", IRPS 2021, Fig. 4; linear fit of CrossSim.
const DeviceLaw models::rram_milo_irps_2021 = {
    .source = "Milo et al., IRPS 2021, Fig. 4 (IGVVA-100); fit of CrossSim",
    .form = "4.782321 - 0.009107 G uS",
    .lowest = [](const DeviceParameters&) { return 50e-6; },
    .highest = [](const DeviceParameters&) { return 225e-6; },
    .sigma = [](const DeviceParameters&, double target, double) { return 4.782321e-6 - 0.009107 * target; },
    .level_sigma = nullptr,
    .exact = false,
    .after_write_verify = true,
    .measured_after = from_zero,
    .drift = {},
    .read_sigma = nullptr,
};

}  // namespace nvcim::device
