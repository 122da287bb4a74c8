// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/data_path.h"

#include <cstdlib>

#include "sim/cli/build_info.h"
#include "sim/cli/program_folder.h"

namespace nvcim::cli {

std::vector<std::filesystem::path> data_search_path() {
  namespace fs = std::filesystem;
  std::vector<fs::path> path = {"data"};
  const char* xdg = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
  if (xdg != nullptr && fs::path(xdg).is_absolute())
    path.push_back(fs::path(xdg) / "nvcim");
  else if (home != nullptr && *home != '\0')
    path.push_back(fs::path(home) / ".local/share/nvcim");
  // Beside an installed program, and in the checkout of one that was only built.
  if (const fs::path folder = program_folder(); !folder.empty())
    path.push_back(folder.parent_path() / "share/nvcim/data");
  path.push_back(fs::path(kSourceFolder) / "data");
  return path;
}

}  // namespace nvcim::cli
