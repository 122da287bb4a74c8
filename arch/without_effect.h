// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arch/cross_checks.h"

namespace nvcim {

/// Parameters given on top of a setting under which they do nothing. Given in the same file as the setting or below it
/// they are a choice (a resolved file names everything); with --set nobody names everything.
std::vector<Contradiction> without_effect(const Architecture& architecture, const ParameterLayers& layers);

}  // namespace nvcim
