// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Published 32 nm figures from which the energy and area tables are made, each scaled only as its comment says.
/// Unless said otherwise: Shafiee et al., ISCA 2016, Table I (power at full load, area).
namespace nvcim::figures {

/// Node of all of them but kDriverCapacitance, whose source names none.
inline constexpr double kNode = 32e-9;

// 8 x 128 one-bit DACs: 4 mW, 0.00017 mm^2. More bits: linear, as the DAC law of ZigZag-IMC (50 fF x bits x Vdd^2);
// that the area is linear too is an assumption.
inline constexpr double kDacPower = 4e-3 / 1024;
inline constexpr double kDacArea = 0.00017e-6 / 1024;
// 8 x 128 sample-and-holds: 10 uW, 0.00004 mm^2, one sample per 100 ns.
inline constexpr double kSampleHoldEnergy = 0.010e-3 / 1024 * 100e-9;
inline constexpr double kSampleHoldArea = 0.00004e-6 / 1024;
// 8 crossbars of 128 x 128 cells: 0.0002 mm^2; area per cell.
inline constexpr double kCellArea = 0.0002e-6 / (8 * 128 * 128);
// 4 shift-and-add units serve 8 ADCs of 1.2 GS/s: 0.2 mW, 0.00024 mm^2, so one takes two codes per 1.2 GHz cycle.
inline constexpr double kShiftAddEnergy = 0.2e-3 / (8 * 1.2e9);
inline constexpr double kShiftAddArea = 0.00024e-6 / 4;
inline constexpr int kShiftAddsPerCycle = 2;
// Input register of 2 KB, feeding 8 crossbars of 128 rows with one bit each per 100 ns: 1.24 mW, 0.0021 mm^2.
inline constexpr double kInputRegisterEnergyPerBit = 1.24e-3 * 100e-9 / (8 * 128);
inline constexpr double kInputRegisterAreaPerByte = 0.0021e-6 / 2048;
// Output register of 256 B, one code of 8 ADCs of 1.2 GS/s: 0.23 mW, 0.00077 mm^2.
inline constexpr double kOutputRegisterEnergy = 0.23e-3 / (8 * 1.2e9);
inline constexpr double kOutputRegisterAreaPerByte = 0.00077e-6 / 256;
// Sigmoid: 2 units, 0.52 mW, 0.0006 mm^2, one value each per 1.2 GHz cycle.
inline constexpr double kActivationEnergy = 0.52e-3 / (2 * 1.2e9);
inline constexpr double kActivationArea = 0.0006e-6 / 2;
// Max-pool: 0.4 mW, 0.00024 mm^2, one comparison per 1.2 GHz cycle.
inline constexpr double kPoolingEnergy = 0.4e-3 / 1.2e9;
inline constexpr double kPoolingArea = 0.00024e-6;
// Tile output register of 3 KB: 1.68 mW, 0.0032 mm^2, 256 bits per 1.2 GHz cycle.
inline constexpr double kTileOutputRegisterEnergyPerBit = 1.68e-3 / (256 * 1.2e9);
inline constexpr double kTileOutputRegisterAreaPerByte = 0.0032e-6 / 3072;
// eDRAM of 64 KB: 0.083 mm^2; energy 20.45 pJ per 256 bits (hwcomponents-library, ISAAC entries).
inline constexpr double kEdramEnergyPerBit = 20.45e-12 / 256;
inline constexpr double kEdramAreaPerKibibyte = 0.083e-6 / 64;
// eDRAM-to-crossbar bus for 256 bits: 0.090 mm^2; 0.054 pJ per bit (hwcomponents-library).
inline constexpr double kBusEnergyPerBit = 0.054e-12;
inline constexpr double kBusAreaPerBit = 0.090e-6 / 256;
// Router, 32-bit flits: 0.151 mm^2; 20.74 pJ per 256 bits (hwcomponents-library).
inline constexpr double kRouterEnergyPerBit = 20.74e-12 / 256;
inline constexpr double kRouterAreaPerFlitBit = 0.151e-6 / 32;
inline constexpr int kRouterPorts = 5;
inline constexpr int kRouterLinks = 4;
// Chip link: 26 pJ per 128 bits (hwcomponents-library). HyperTransport, 4 links: 10.4 W, 22.88 mm^2.
inline constexpr double kExternalEnergyPerBit = 26e-12 / 128;
inline constexpr double kChipLinkPower = 10.4 / 4;
inline constexpr double kChipLinkArea = 22.88e-6 / 4;
// One driven line of a write driver: the 50 fF that ZigZag-IMC gives a converter's driver per bit.
inline constexpr double kDriverCapacitance = 50e-15;

inline constexpr const char* kIsaac = "Shafiee et al., ISCA 2016, Table I";
inline constexpr const char* kDacSource =
    "Shafiee et al., ISCA 2016, Table I (one bit); linear in bits as in ZigZag-IMC";
inline constexpr const char* kDriverSource = "driver capacitance of ZigZag-IMC's DAC law, 50 fF";
inline constexpr const char* kLibrary = "hwcomponents-library, ISAAC entries";

}  // namespace nvcim::figures
