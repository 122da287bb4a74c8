// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arch/contradiction.h"
#include "arch/parameters.h"

namespace nvcim::device {

/// What arch/cross_checks.h cannot know: g_min…g_max inside what the model, its drift law and the relaxation were
/// measured on, ages and temperatures too, laws that exist, a readable /device/table when it is used. All faults at
/// once.
std::vector<Contradiction> check_device(const Architecture& architecture);

}  // namespace nvcim::device
