// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_presets.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "arch/json_input.h"
#include "arch/load.h"
#include "arch/output_file.h"
#include "arch/presets.h"
#include "sim/report/terminal.h"

namespace nvcim::cli {
namespace {

struct PresetOptions : CommonOptions {
  std::string name;
};

std::string list(bool json) {
  if (json) {
    nlohmann::ordered_json entries = nlohmann::ordered_json::array();
    for (const PresetInfo& preset : presets())
      entries.push_back(
          {{"name", preset.name}, {"description", preset.description}, {"default", preset.name == kDefaultPreset}});
    return entries.dump(2) + "\n";
  }
  std::string text;
  for (const PresetInfo& preset : presets())
    text += fmt::format("{}{}\n    {}\n", preset.name, preset.name == kDefaultPreset ? " (default)" : "",
                        preset.description);
  return text + "\nnvcim presets NAME shows one with its sources.\n";
}

int run(const PresetOptions& options) {
  if (options.name.empty()) {
    if (!options.out.empty() || !options.set.empty()) throw CommandLineError("--out and --set need a preset's name");
    if (!options.quiet || options.json) print_out(list(options.json));
    return kOk;
  }
  if (!preset_text(options.name))
    throw InputError("", "",
                     fmt::format("\"{}\" is not a preset; {}", options.name, suggestion(options.name, preset_names())));
  const std::string resolved = to_json(load_architecture(options.name, options.set)).dump(2) + "\n";
  if (!options.out.empty()) {
    write_file(options.out / (options.name + ".json"), resolved);
  } else if (options.json) {
    print_out(resolved);
  } else if (!options.quiet) {
    std::string sources;
    for (const PresetInfo& preset : presets())
      if (preset.name == options.name) sources = preset.sources;
    print_out(resolved + "\n" + sources + "\n");
  }
  return kOk;
}

}  // namespace

void add_presets_command(CLI::App& program, Action& action) {
  const auto options = std::make_shared<PresetOptions>();
  CLI::App* command = add_command(
      program, *options, "presets", "List the architectures that come with the program, or show one",
      "  nvcim presets\n"
      "  nvcim presets rram_1t1r_128                      every parameter, and where the figures come from\n"
      "  nvcim presets rram_1t1r_128 --json > mine.json   a copy to change\n"
      "With --out the preset is written to DIR/NAME.json, with --set applied. --seed, --threads: no effect here.");
  command->add_option("NAME", options->name, "Preset to show");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace nvcim::cli
