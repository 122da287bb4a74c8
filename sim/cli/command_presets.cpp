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
  bool sources = false;
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
  return text + "\nnvcim presets NAME prints one as JSON, --sources says where its figures come from.\n";
}

int print_sources(const PresetOptions& options) {
  if (!options.out.empty() || !options.set.empty())
    throw CommandLineError("--sources prints where a preset's figures come from: --out and --set have no effect on it");
  for (const PresetInfo& preset : presets()) {
    if (preset.name != options.name) continue;
    const nlohmann::ordered_json json = {{"name", preset.name}, {"sources", preset.sources}};
    if (options.json)
      print_out(json.dump(2) + "\n");
    else if (!options.quiet)
      print_out(preset.sources + "\n");
  }
  return kOk;
}

int run(const PresetOptions& options) {
  if (options.name.empty()) {
    if (!options.out.empty() || !options.set.empty() || options.sources)
      throw CommandLineError("--out, --set and --sources need a preset's name");
    if (!options.quiet || options.json) print_out(list(options.json));
    return kOk;
  }
  if (!preset_text(options.name))
    throw InputError("", "",
                     fmt::format("\"{}\" is not a preset; {}", options.name, suggestion(options.name, preset_names())));
  if (options.sources) return print_sources(options);
  const std::string resolved = to_json(load_architecture(options.name, options.set)).dump(2) + "\n";
  if (!options.out.empty())
    write_file(options.out / (options.name + ".json"), resolved);
  else if (!options.quiet || options.json)
    print_out(resolved);
  return kOk;
}

}  // namespace

void add_presets_command(CLI::App& program, Action& action) {
  const auto options = std::make_shared<PresetOptions>();
  CLI::App* command = add_command(
      program, *options, "presets", "List the architectures that come with the program, or show one",
      "  nvcim presets\n"
      "  nvcim presets rram_1t1r_128 > mine.json     every parameter, a copy to change\n"
      "  nvcim presets rram_1t1r_128 --sources       where the figures come from\n"
      "With --out the preset is written to DIR/NAME.json, with --set applied. --seed, --threads: no effect here.");
  command->add_option("NAME", options->name, "Preset to show");
  command->add_flag("--sources", options->sources, "Where the preset's figures come from, in place of the file");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace nvcim::cli
