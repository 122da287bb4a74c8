// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "mapping/selection/selection.h"
#include "workloads/network.h"

/// A number per weight as a text file: what `nvcim sensitivity` measured, or scores of the user's own.
///
/// For every MVM layer in order, one line per output with the numbers of its matrix rows (channel, kernel row, kernel
/// column, as MvmLayer::weights), between blanks or commas. Lines that are empty or begin with # are passed over. That
/// is all a file of the user's needs. A file written here also begins and ends with comments that are checked:
///
///     # nvcim weight values 1
///     # network NAME FINGERPRINT    of its weights and arithmetic, 16 hexadecimal digits
///     # holds TEXT                  what the numbers are: one line
///     # end FINGERPRINT             last line: FNV-1a of every byte before it
namespace nvcim::mapping {

struct WeightValuesFile {
  WeightValues values;  ///< [nodes][outputs * matrix rows], empty for pooling
  std::string holds;    ///< what the numbers are; empty for a file of the user's own
};

/// Numbers are written so that they read back to the same bits.
std::string weight_values_text(const workloads::Network& network, const WeightValues& values, const std::string& holds);

/// Errors: InputError: no such file, another number of lines or of numbers in one, not a finite number, and of a file
/// written here also cut off, damaged, or of another network.
WeightValuesFile load_weight_values(const std::filesystem::path& file, const workloads::Network& network);

}  // namespace nvcim::mapping
