// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/report/run_report.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// The report for a terminal, at most 96 columns of plain text: key figures, energy by component and layer, times.
std::string terminal_report(const RunReport& report);

/// Columns padded to their widest cell, two blanks between them. @param right  columns that are right-aligned
std::string aligned_table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

/// Characters that a terminal shows (UTF-8 sequences count as one).
std::size_t display_width(std::string_view text);

/// A name of at most `width` characters: of a longer one start and end, since the layers of an exported network begin
/// alike: "/layer1/laye.../conv2/Conv".
std::string shortened(std::string_view text, std::size_t width);

/// "3 x 32 x 32": channels, height, width.
std::string shape_text(const workloads::Shape& shape);

}  // namespace nvcim::sim
