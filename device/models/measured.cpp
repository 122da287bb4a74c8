// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

namespace nvcim::device {

/// Written without verify as `gaussian`; what write-verify does to its cells is in /device/table.
const DeviceLaw models::measured =
    abstract_law<gaussian_sigma>("unverified: SWIM, Yan et al., DAC 2022; verified: /device/table", "gaussian");

}  // namespace nvcim::device
