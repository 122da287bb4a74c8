// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "arch/json_input.h"
#include "sim/cli/command_line.h"
#include "sim/studies/options/option_list.h"

namespace nvcim::cli {
namespace {

constexpr std::size_t kMostSimilar = 3;

/// Options of every command, which may stand before it.
std::vector<sim::ListedOption> common_options() {
  return sim::listed_options(CommonOptions());
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

std::string full_name(const CLI::App& program, const CLI::App& command) {
  return (&command == &program ? "" : program.get_name() + " ") + command.get_name();
}

void check_value(const CLI::Option& option, const std::string& name, const std::string& value) {
  if (is_blank(value))
    throw CommandLineError(fmt::format(
        "{} has an empty value (a shell variable that is not set?); give one, or leave {} out", name, name));
  if (option.get_delimiter() == '\0') return;
  const std::string list = option.get_delimiter() + value + option.get_delimiter();
  if (list.find(",,") != std::string::npos)
    throw CommandLineError(fmt::format("{}: {} has an empty element", name, value));
}

}  // namespace

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> with_command_first(std::vector<std::string> words) {
  const std::vector<sim::ListedOption> common = common_options();
  std::size_t at = 1;
  while (at < words.size()) {
    const std::string name = words[at].substr(0, words[at].find('='));
    const auto option = std::find_if(common.begin(), common.end(), [&](const auto& one) { return one.name == name; });
    if (option == common.end()) break;
    at += option->is_flag || name != words[at] ? 1 : 2;
  }
  if (at >= words.size())
    words.resize(std::min<std::size_t>(1, words.size()));  // no command
  else if (words[at].starts_with('-'))
    words.erase(words.begin() + 1, words.begin() + static_cast<std::ptrdiff_t>(at));  // --help, --version, a mistake
  else
    std::rotate(words.begin() + 1, words.begin() + static_cast<std::ptrdiff_t>(at),
                words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  return words;
}

void check_words(const CLI::App& program, const std::vector<std::string>& words) {
  if (words.size() < 2) return;
  const auto named = program.get_subcommands([&](const CLI::App* one) { return one->get_name() == words[1]; });
  if (named.empty()) return;
  const CLI::App* command = named.front();
  for (std::size_t at = 2; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (is_blank(word))
      throw CommandLineError("a word of the command line is empty (a shell variable that is not set?)");
    if (!word.starts_with("--") || word == "--") continue;
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CLI::Option* option = command->get_option_no_throw(name);
    if (option == nullptr) continue;
    if (option->get_items_expected_max() == 0) {
      if (equals != std::string::npos)
        throw CommandLineError(fmt::format("{} takes no value, and {} is given", name, word.substr(equals + 1)));
    } else if (equals != std::string::npos) {
      check_value(*option, name, word.substr(equals + 1));
    } else if (at + 1 < words.size()) {
      check_value(*option, name, words[++at]);
    }
  }
}

std::string unexpected(const CLI::App& program, const CLI::App& command, const std::vector<std::string>& words) {
  const auto option = std::find_if(words.begin(), words.end(), [](const auto& word) { return word.starts_with('-'); });
  const std::string owner = full_name(program, command);
  if (option != words.end()) {
    const std::string name = option->substr(0, option->find('='));
    std::vector<std::string> names = option_names(command);
    if (&command == &program)
      for (const sim::ListedOption& common : common_options()) names.push_back(common.name);
    std::string text = fmt::format("{} is not an option of {}", valid_utf8(name), owner);
    if (const std::string near = nearest_name(name, names); !near.empty())
      return text + fmt::format("; did you mean {}?", near);
    std::vector<std::string> similar;
    for (const std::string& other : names)
      if (name.size() > 4 && other.ends_with(name.substr(1)) && similar.size() < kMostSimilar) similar.push_back(other);
    return similar.empty() ? text : text + fmt::format("; similar: {}", fmt::join(similar, ", "));
  }
  std::vector<std::string> positionals;
  for (const CLI::Option* one : command.get_options())
    if (one->get_positional()) positionals.push_back(one->get_name(true, false));
  return fmt::format(
      "\"{}\" is one word too many: {} takes {}", valid_utf8(words.front()), owner,
      positionals.empty() ? "options alone" : fmt::format("one {}", fmt::join(positionals, " and one ")));
}

}  // namespace nvcim::cli
