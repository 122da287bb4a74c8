// SPDX-License-Identifier: Apache-2.0
#include "arch/cross_checks.h"

namespace nvcim {

std::vector<Contradiction> cross_check(const Architecture&, const ParameterLayers&) {
  return {};
}

}  // namespace nvcim
