// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/result_output.h"

#include "sim/cli/build_info.h"

namespace nvcim::cli {

void write_and_print(const CommonOptions& options, const std::filesystem::path& out, sim::Result result,
                     const std::string& repeat, std::vector<sim::OutputFile> files, bool replace,
                     const std::string& text) {
  result.head.version = kVersion;
  result.head.command = repeat;
  const std::string json = sim::result_json(result);
  const auto print = [&] {
    if (options.json)
      print_out(json);
    else if (!options.quiet)
      print_out(text);
  };
  if (out.empty()) return print();
  files.push_back({"result.json", json});
  files.push_back({"result.csv", sim::result_csv(result)});
  sim::write_result_folder(out, files, replace, print);
}

}  // namespace nvcim::cli
