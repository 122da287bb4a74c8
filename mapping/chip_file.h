// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/written_cells.h"
#include "workloads/network.h"

/// A programmed chip as a file, usually chip.h5: 512 bytes of text that say what follows, then HDF5 (any reader of it
/// finds it there). Every byte is under a fingerprint that is checked before the HDF5 library sees the file, which does
/// not survive all damage; mapping/README.md lists what the file holds. Not from two threads at a time.
namespace nvcim::mapping {

/// Version of the format. A reader refuses every other one.
inline constexpr int kChipFormat = 1;

/// Where a chip came from.
struct ChipOrigin {
  std::string program;   ///< and its version: "nvcim 0.1.0"
  std::string command;   ///< that made the chip
  std::string workload;  ///< how workloads::load_network finds the network again: a built-in name or a whole path
};

/// A chip file without its cells.
struct ChipFile {
  std::filesystem::path path;
  std::uint64_t fingerprint = 0;  ///< of the file: tells chips apart
  ChipOrigin origin;
  ChipDraws draws;
  std::string network;  ///< its name
  std::uint64_t weights_fingerprint = 0;
  std::string architecture_json;  ///< every parameter, as it was when the chip was programmed
  Architecture architecture;      ///< the same
};

/// The bytes of a chip file: the same for the same arguments.
/// @param cells  with history, as programming left them
std::string chip_bytes(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                       const WrittenCells& cells, const ChipOrigin& origin);

/// Writes them, whole or not at all. Errors: InputError with the system's reason (no space left, …).
void save_chip(const std::filesystem::path& path, const Architecture& architecture, const workloads::Network& network,
               const Plan& plan, const WrittenCells& cells, const ChipOrigin& origin);

/// Errors: InputError when the file cannot be read, is something else, of another format, cut short or damaged.
ChipFile open_chip(const std::filesystem::path& path);

/// The cells of a chip that is to be read by this architecture and run this network.
/// @param plan  of the two
/// Errors: InputError with everything in which they differ from what the chip was programmed for (chip_match.h), or
/// with every fault of the blocks.
WrittenCells load_chip(const ChipFile& chip, const Architecture& architecture, const workloads::Network& network,
                       const Plan& plan);

}  // namespace nvcim::mapping
