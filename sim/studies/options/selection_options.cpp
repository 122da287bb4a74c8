// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/options/selection_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "arch/json_input.h"

namespace nvcim::sim {

using mapping::SelectionMethod;

bool parse_method(const std::string& text, SelectionMethod& method, std::string& file) {
  const std::string_view before = kMethodKind.path_behind;
  file.clear();
  if (text.starts_with(before)) {
    method = SelectionMethod::file;
    file = text.substr(before.size());
    return !file.empty();
  }
  const std::optional<SelectionMethod> named = choice_of<SelectionMethod>(text);
  if (named) method = *named;
  return named.has_value();
}

std::string method_issue(const std::string& text, const std::vector<std::string>& more) {
  SelectionMethod method;
  std::string file;
  if (std::count(more.begin(), more.end(), text) > 0 || parse_method(text, method, file)) return "";
  std::vector<std::string> names = choice_texts<SelectionMethod>();
  std::string allowed = fmt::format("{}, file:PATH", fmt::join(names, ", "));
  for (const std::string& name : more) allowed += ", " + name;
  names.insert(names.end(), more.begin(), more.end());
  const std::string near = nearest_name(text, names);
  return fmt::format("{} is not a method;{} allowed: {}", text.empty() ? "nothing" : text,
                     near.empty() ? "" : fmt::format(" did you mean \"{}\"?", near), allowed);
}

std::string plain_method_issue(const std::string& text) {
  return method_issue(text);
}

}  // namespace nvcim::sim
