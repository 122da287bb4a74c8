// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim {

/// eDRAM of 64 KB: 20.45 pJ per 256 bits (hwcomponents-library, ISAAC entries), 0.083 mm^2 (Shafiee et al., ISCA 2016,
/// Table I), 32 nm.
inline constexpr double kEdramEnergyPerBit = 20.45e-12 / 256;   ///< J
inline constexpr double kEdramAreaPerKibibyte = 0.083e-6 / 64;  ///< m^2

}  // namespace nvcim
