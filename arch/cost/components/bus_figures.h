// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim {

/// eDRAM-to-crossbar bus of a tile: 0.054 pJ per bit (hwcomponents-library, ISAAC entries), 32 nm; also a link between
/// routers, which is as long as a tile.
inline constexpr double kBusEnergyPerBit = 0.054e-12;  ///< J

}  // namespace nvcim
