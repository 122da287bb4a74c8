// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nvcim::test {

/// The rows of a table of result.json as objects: {column: cell}. Null where there is no such table.
inline nlohmann::json result_rows(const nlohmann::json& result, const std::string& name) {
  for (const nlohmann::json& table : result.at("tables")) {
    if (table.at("name") != name) continue;
    nlohmann::json rows = nlohmann::json::array();
    for (const nlohmann::json& cells : table.at("rows")) {
      nlohmann::json& row = rows.emplace_back(nlohmann::json::object());
      for (std::size_t i = 0; i < cells.size(); ++i) row[table.at("columns").at(i).at("name")] = cells[i];
    }
    return rows;
  }
  return nullptr;
}

/// Value of a metric of result.json.
inline double result_metric(const nlohmann::json& result, const std::string& name) {
  return result.at("metrics").at(name).at("value").get<double>();
}

}  // namespace nvcim::test
