// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "arch/parameters.h"
#include "mapping/perturbation.h"
#include "mapping/plan.h"
#include "workloads/network.h"

/// A perturbation as a text file, so that whoever doubts a worst case can check it and run it:
///
///     nvcim perturbation 1
///     network NAME FINGERPRINT      of its weights and arithmetic, 16 hexadecimal digits
///     bound TIGHT [loose LOOSE]     shares of g_max - g_min
///     made by TEXT                  a command, or nothing
///     layers N
///     layer NAME ENCODING weight bits W cell bits K step 1/S rows R columns C
///                                   for each layer, in the order of the network: S grid steps are g_max - g_min;
///                                   followed by R lines, one for each row of the layer's cell matrix:
///     D D D …                       C deviations from the target in grid steps, one for each cell; "12l": the cell is
///                                   held to the loose bound
///     end FINGERPRINT               FNV-1a of every byte before this line
///
/// The cell matrix has one row for each input of the layer and, for each output, neighbouring columns for the cells of
/// a weight (differential pair: plus and minus of the lowest slice first). It knows nothing of crossbars, so the file
/// fits every architecture with the same encoding and grid.
namespace nvcim::mapping {

/// @param made_by  one line
std::string perturbation_text(const workloads::Network& network, const Plan& plan, const Perturbation& perturbation,
                              const std::string& made_by);

/// Reads a file and checks it cell by cell.
/// Errors: InputError: no such file, not a perturbation, of another version, cut off, damaged, of another network,
/// encoding or grid (told together), a cell further from its target than its bound or outside of what it can hold
/// (counted, and the first of them named).
Perturbation load_perturbation(const std::filesystem::path& file, const Architecture& architecture,
                               const workloads::Network& network, const Plan& plan);

}  // namespace nvcim::mapping
