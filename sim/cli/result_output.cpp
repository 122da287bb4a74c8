// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/result_output.h"

namespace nvcim::cli {

void write_and_print(const CommonOptions& options, const std::filesystem::path& out,
                     const std::vector<sim::OutputFile>& files, bool replace, const std::string& json,
                     const std::string& text) {
  sim::write_result_folder(out, files, replace, [&] {
    if (options.json)
      print_out(json);
    else if (!options.quiet)
      print_out(text);
  });
}

}  // namespace nvcim::cli
