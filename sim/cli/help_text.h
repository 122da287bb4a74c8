// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace nvcim::cli {

/// Columns of the terminal behind standard output: COLUMNS where it is a sensible number, else what the terminal says,
/// 80 where there is none.
std::size_t terminal_width();

/// Text in lines of at most `width` columns, every line but the first behind `indent` blanks; a word that is longer
/// stands alone. @param column  where the first line begins
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t column);

/// Help within so many columns. In a footer, lines that begin with two blanks are examples, "  COMMAND   REMARK": the
/// remark goes to a line of its own where there is no room; other lines are prose.
class HelpText : public CLI::Formatter {
 public:
  explicit HelpText(std::size_t width) : width_(width) {}

  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_footer(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* sub) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;

 private:
  std::string entry(const std::string& head, const std::string& text) const;
  std::string example(const std::string& line) const;

  std::size_t width_;
};

}  // namespace nvcim::cli
