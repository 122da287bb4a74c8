// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/option_adder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nvcim::cli {

void OptionAdder::checked(CLI::Option* option, const sim::TextKind& kind) {
  if (kind.wrong == nullptr) return;
  const auto check = [wrong = kind.wrong](std::string& text) { return wrong(text); };
  option->check(CLI::Validator(check, "", ""));
}

std::string OptionAdder::list_text(const std::vector<std::string>& texts) {
  return texts.empty() ? "" : fmt::format("[{}]", fmt::join(texts, ","));
}

CLI::Option* OptionAdder::finish(CLI::Option* option, const void* member, const sim::About& about, const char* value,
                                 const std::string& now) {
  options_[member] = option;
  option->group(heading_);
  if (about.value != nullptr) value = about.value;
  if (value != nullptr) option->type_name(value);
  if (about.shown_default != nullptr)
    option->default_str(about.shown_default);
  else if (about.shows_default && !now.empty())
    option->default_str(now);
  if (about.required && option->get_positional()) option->required();
  if (about.needs != nullptr) option->needs(options_.at(about.needs));
  for (const void* other : about.excludes)
    if (const auto at = options_.find(other); at != options_.end()) option->excludes(at->second);
  return option;
}

}  // namespace nvcim::cli
