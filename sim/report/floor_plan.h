// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/run_report.h"

namespace nvcim::sim {

/// The tiles of the mesh with their crossbars, and in each the blocks in the colour of their layer (HTML with SVG).
/// Rows of tiles behind the last one in use are left out.
std::string floor_plan_html(const RunReport& report);

/// "All 4 rows of tiles …": what the drawing shows.
std::string floor_plan_note(const RunReport& report);

}  // namespace nvcim::sim
