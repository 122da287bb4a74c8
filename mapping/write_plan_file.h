// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "workloads/network.h"

/// A write plan as a text file, so that choosing the cells and programming them may be two commands.
///
///     nvcim write plan 1
///     architecture NAME
///     network NAME FINGERPRINT      of its weights and arithmetic, 16 hexadecimal digits
///     placement FINGERPRINT         of every block and its place in the crossbars
///     made by TEXT                  a command, or nothing
///     rows natural | ranked         ranked: the plan says which row is written first
///     blocks N
///     block I ROWS COLUMNS          for each block of the placement, in its order, followed by ROWS lines:
///     PRIORITY MARKS                "-" for a row without priority; COLUMNS bits, 1 = verified, as hexadecimal
///                                   digits, the first column in the highest bit, the last digit filled with 0
///     end FINGERPRINT               FNV-1a of every byte before this line
///
/// A plan fits every architecture that places the network alike: device and converters may differ from those it was
/// made for.
namespace nvcim::mapping {

struct WritePlanFile {
  WritePlan plan;
  std::string architecture;  ///< name of the one it was made for
  std::string made_by;       ///< what made it: one line, for people
};

/// @param made_by  one line
std::string write_plan_text(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                            const WritePlan& write_plan, const std::string& made_by);

/// Reads and checks a file against the placement that is to be written.
/// Errors: InputError: no such file, not a write plan, of another version, cut off, damaged, of another network or
/// another placement (both are told at once).
WritePlanFile load_write_plan(const std::filesystem::path& file, const workloads::Network& network, const Plan& plan);

}  // namespace nvcim::mapping
