// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program_folder.h"

namespace nvcim::cli {

std::filesystem::path program_folder() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : self.parent_path();
}

}  // namespace nvcim::cli
