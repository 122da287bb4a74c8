// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nvcim {

/// The words of a row's list of parameters, which has one blank between.
std::vector<std::string_view> own_parameters(std::string_view list);

/// Whether `parameter` is in the list.
bool reads_parameter(std::string_view list, std::string_view parameter);

/// Every parameter that belongs to some of a table's rows, and the name of the first row that reads it.
template <class Rows>
std::vector<std::pair<std::string, std::string>> parameters_of_rows(const Rows& rows) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& row : rows)
    for (const std::string_view parameter : own_parameters(row.parameters))
      if (std::ranges::find(found, parameter, &std::pair<std::string, std::string>::first) == found.end())
        found.emplace_back(parameter, row.name);
  return found;
}

}  // namespace nvcim
