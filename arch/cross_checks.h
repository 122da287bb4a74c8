// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "arch/contradiction.h"
#include "arch/parameters.h"

namespace nvcim {

/// Number of the layer that all --set together are.
inline constexpr int kOverrideLayer = 1000;

/// Which layer gave a parameter last: pointer → 1 for the innermost "extends", rising; absent: the built-in default.
using ParameterLayers = std::map<std::string, int>;

/// Every contradiction between parameters of an otherwise correct architecture. What depends on a network (enough
/// crossbars, width of its weights) is checked by mapping/.
/// @param layers  lets a value be refused that was given on top of a setting under which it has no effect.
std::vector<Contradiction> cross_check(const Architecture& architecture, const ParameterLayers& layers);

}  // namespace nvcim
