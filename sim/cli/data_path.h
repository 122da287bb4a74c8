// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace nvcim::cli {

/// Where named data sets are looked for: ./data, $XDG_DATA_HOME/nvcim (or ~/.local/share/nvcim), the data folder of the
/// checkout the program was built from.
std::vector<std::filesystem::path> data_search_path();

}  // namespace nvcim::cli
