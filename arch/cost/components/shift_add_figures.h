// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim {

/// 4 shift-and-add units serve 8 ADCs of 1.2 GS/s: 0.2 mW, 0.00024 mm^2; also the adders of a tile. Shafiee et al.,
/// ISCA 2016, Table I, 32 nm.
inline constexpr double kShiftAddEnergy = 0.2e-3 / (8 * 1.2e9);  ///< J of one code
inline constexpr double kShiftAddArea = 0.00024e-6 / 4;          ///< m^2 of one unit

}  // namespace nvcim
