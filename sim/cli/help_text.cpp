// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/help_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "sim/cli/option_values.h"
#include "sim/report/terminal.h"

namespace nvcim::cli {
namespace {

constexpr std::size_t kNoTerminal = 80;
constexpr std::size_t kLeast = 40, kMost = 400;
constexpr std::size_t kContinued = 6;
constexpr std::string_view kShellContinues = " \\";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", start), text.size());
    if (end > start) words.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

/// @param continues  stands at the end of every line but the last
std::string filled(const std::vector<std::string>& words, std::size_t width, std::size_t indent, std::size_t column,
                   std::string_view continues) {
  std::string text;
  bool line_is_empty = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t room = i + 1 < words.size() ? continues.size() : 0;
    const std::size_t needed = sim::display_width(words[i]) + (line_is_empty ? 0 : 1);
    if (!line_is_empty && column + needed + room > width) {
      text += std::string(continues) + "\n" + std::string(indent, ' ');
      column = indent;
      line_is_empty = true;
    }
    text += (line_is_empty ? "" : " ") + words[i];
    column += sim::display_width(words[i]) + (line_is_empty ? 0 : 1);
    line_is_empty = false;
  }
  return text;
}

}  // namespace

std::size_t terminal_width() {
  const char* const given = std::getenv("COLUMNS");
  const std::optional<double> columns = given == nullptr ? std::nullopt : parse_number(given);
  if (columns && *columns >= kLeast && *columns <= kMost) return static_cast<std::size_t>(*columns);
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::min(std::max<std::size_t>(size.ws_col, kLeast), kMost);
  return kNoTerminal;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t column) {
  return filled(words_of(text), width, indent, column, "");
}

std::string HelpText::make_usage(const CLI::App* app, std::string name) const {
  return wrapped(Formatter::make_usage(app, std::move(name)), width_, 2, 0) + "\n";
}

std::string HelpText::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), width_, 0, 0) + "\n";
}

std::string HelpText::entry(const std::string& head, const std::string& text) const {
  const std::size_t indent = width_ >= kNoTerminal ? 30 : 10;
  std::string out = "  " + filled(words_of(head), width_, 4, 2, "");
  if (text.empty()) return out + "\n";
  const std::size_t column = 2 + sim::display_width(head);
  if (column + 1 > indent)
    out += "\n" + std::string(indent, ' ');
  else
    out += std::string(indent - column, ' ');
  return out + wrapped(text, width_, indent, indent) + "\n";
}

std::string HelpText::make_subcommand(const CLI::App* sub) const {
  return entry(sub->get_display_name(true), sub->get_description());
}

std::string HelpText::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
}

std::string HelpText::make_option_opts(const CLI::Option* option) const {
  std::string text = Formatter::make_option_opts(option);
  // A list is one word with commas, and its type says so.
  if (const std::size_t dots = text.find(" ..."); dots != std::string::npos) text.erase(dots, 4);
  return text;
}

std::string HelpText::example(const std::string& line) const {
  if (sim::display_width(line) <= width_) return line;
  const std::size_t gap = line.find("   ", 2);
  const std::string command = line.substr(2, gap == std::string::npos ? gap : gap - 2);
  std::string text = "  " + filled(words_of(command), width_, kContinued, 2, kShellContinues);
  if (gap != std::string::npos) {
    const std::string remark = line.substr(line.find_first_not_of(' ', gap));
    text += "\n" + std::string(kContinued, ' ') + "# " + wrapped(remark, width_, kContinued + 2, kContinued + 2);
  }
  return text;
}

std::string HelpText::make_footer(const CLI::App* app) const {
  std::string text, prose;
  const auto flush = [&] {
    if (!prose.empty()) text += wrapped(prose, width_, 0, 0) + "\n";
    prose.clear();
  };
  for (const std::string& line : lines_of(app->get_footer())) {
    if (line.empty() || line.starts_with("  ")) {
      flush();
      text += (line.empty() ? line : example(line)) + "\n";
      continue;
    }
    prose += (prose.empty() ? "" : " ") + line;
    if (line.ends_with('.') || line.ends_with(':')) flush();
  }
  flush();
  return text;
}

}  // namespace nvcim::cli
