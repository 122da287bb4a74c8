// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_schema.h"

#include <memory>

#include "arch/output_file.h"
#include "arch/schema.h"
#include "sim/report/result.h"

namespace nvcim::cli {

void add_schema_command(CLI::App& program, Action& action) {
  struct SchemaOptions : CommonOptions {
    bool reference = false, result = false;
  };
  const auto options = std::make_shared<SchemaOptions>();
  CLI::App* command = add_command(
      program, *options, "schema", "Print the JSON Schema of the architecture file or of results",
      "  nvcim schema > architecture.schema.json\n"
      "Then \"$schema\": \"./architecture.schema.json\" in an architecture file lets an editor complete and check it.\n"
      "With --out it is written to DIR/architecture.schema.json; --result: DIR/result.schema.json. --seed, --threads, "
      "--set: no effect here.");
  command->add_flag("--reference", options->reference, "The reference page of every parameter (Markdown) instead");
  command->add_flag("--result", options->result, "The schema of result.json instead");
  command->callback([options, &action] {
    action = [options] {
      if (options->result && options->reference)
        throw CommandLineError("--reference is a page of the architecture file: there is none for --result");
      const std::string text = options->result      ? std::string(sim::result_schema_text())
                               : options->reference ? architecture_reference()
                                                    : architecture_schema_text();
      if (!options->out.empty())
        write_file(options->out / (options->result      ? "result.schema.json"
                                   : options->reference ? "reference.md"
                                                        : "architecture.schema.json"),
                   text);
      else if (!options->quiet || options->json)
        print_out(text);
      return kOk;
    };
  });
}

}  // namespace nvcim::cli
