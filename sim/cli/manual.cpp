// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/manual.h"

#include <fmt/format.h>

#include <vector>

#include "sim/cli/command_words.h"

namespace nvcim::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

/// Text for man(7): a backslash and a hyphen are its own, and a line may not begin with a point or an apostrophe.
std::string roff(const std::string& text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    begins = c == '\n';
  }
  return out;
}

void append_options(const CLI::App& command, std::string& page) {
  for (const CLI::Option* option : command.get_options()) {
    const std::string value = option->get_items_expected_max() > 0 ? option->get_type_name() : "";
    const std::string name = option->get_positional() ? option->get_name(true, false) : option->get_name(false, true);
    page += fmt::format(".TP\n.B {}{}{}\n{}\n", roff(name), value.empty() ? "" : " ", roff(value),
                        roff(option->get_description()));
  }
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
  std::vector<std::string> names;
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    names.push_back(command->get_name());
    cases += fmt::format("    {}) options=\"{}\" ;;\n", command->get_name(), fmt::join(option_names(*command), " "));
  }
  return fmt::format(
      "# bash completion of {0}; made by `{0} completion`.\n"
      "_{0}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} options=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"{1} {2}\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{3}"
      "  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
      "  fi\n"
      "}}\n"
      "complete -o default -F _{0} {0}\n",
      program.get_name(), fmt::join(names, " "), fmt::join(option_names(program), " "), cases);
}

std::string manual_page(const CLI::App& program, const std::string& version) {
  const std::string name = program.get_name();
  std::string page = fmt::format(".TH {} 1 \"\" \"{} {}\"\n.SH NAME\n{} \\- {}\n", name, name, version, name,
                                 roff(program.get_description()));
  page += fmt::format(".SH SYNOPSIS\n.B {}\n.I COMMAND\n[\n.I OPTIONS\n]\n.SH OPTIONS\n", name);
  append_options(program, page);
  for (const CLI::App* command : commands_of(program)) {
    page += fmt::format(".SH COMMAND {}\n{}\n", roff(command->get_name()), roff(command->get_description()));
    append_options(*command, page);
    if (!command->get_footer().empty()) page += ".PP\n.nf\n" + roff(command->get_footer()) + "\n.fi\n";
  }
  if (!program.get_footer().empty()) page += ".SH EXAMPLES\n.nf\n" + roff(program.get_footer()) + "\n.fi\n";
  return page;
}

}  // namespace nvcim::cli
