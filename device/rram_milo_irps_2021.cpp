// SPDX-License-Identifier: Apache-2.0
#include "device/rram_milo_irps_2021.h"

namespace nvcim::device {

double RramMilo::sigma(double target) {
  return 4.782321e-6 - 0.009107 * target;
}

}  // namespace nvcim::device
