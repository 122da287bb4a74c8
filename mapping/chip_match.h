// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "arch/input_error.h"
#include "mapping/chip_file.h"

namespace nvcim::mapping {

/// Whether a programmed chip may be read under another value of this parameter. What decides which cells there are,
/// what they are to hold and how they were programmed is fixed; what acts when cells are read, later in time, or on
/// time, energy and area alone is free. Write-verify reads with the converter and the read noise that the chip was
/// programmed with and waits under its relaxation; reading it with others afterwards leaves the cells as they are.
/// @param pointer  JSON pointer of one parameter: "/device/age"
bool is_free_after_programming(std::string_view pointer);

/// Every parameter and the weights in which `architecture` and `network` are not those the chip was programmed for.
std::vector<InputIssue> chip_mismatches(const ChipFile& chip, const Architecture& architecture,
                                        const workloads::Network& network);

}  // namespace nvcim::mapping
