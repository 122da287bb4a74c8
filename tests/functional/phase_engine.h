// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine.h"

namespace nvcim::sim {

/// The chip one sample, position, block and phase at a time through phase.h: what run_functional must reproduce.
InferenceResult run_phase_by_phase(const ChipRun& run, const std::vector<std::uint8_t>& pixels, int samples,
                                   std::uint32_t first_sample);

}  // namespace nvcim::sim
