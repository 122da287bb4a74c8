// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "arch/check.h"
#include "arch/printable.h"
#include "sim/report/html/embedded.h"
#include "sim/report/metrics.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 2;

template <class... Ts>
struct Visitor : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Visitor(Ts...) -> Visitor<Ts...>;  // clang 14 does not deduce it of an aggregate

const MetricInfo& info_of(const Figure& figure) {
  const MetricInfo* info = find_metric(figure.name);
  NVCIM_CHECK(info != nullptr, "metric {} is not in the registry", figure.name);
  return *info;
}

void check_result(const Result& result) {
  std::set<std::string_view> metrics, facts, tables;
  for (const Figure& figure : result.metrics)
    NVCIM_CHECK(metrics.insert(figure.name).second, "metric {} is there twice", figure.name);
  for (const Fact& fact : result.facts)
    NVCIM_CHECK(facts.insert(fact.name).second, "fact {} is there twice", fact.name);
  for (const ResultTable& table : result.tables) {
    NVCIM_CHECK(tables.insert(table.name).second, "table {} is there twice", table.name);
    for (const std::vector<Cell>& row : table.rows)
      NVCIM_CHECK(row.size() == table.columns.size(), "{}: {} cells, {} columns", table.name, row.size(),
                  table.columns.size());
  }
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Figure& figure) {
  const MetricInfo& info = info_of(figure);
  Json json = {{"value", number_or_null(figure.value)}, {"unit", info.unit}};
  if (figure.low || figure.high || figure.instances_needed > 0) {
    json["low"] = number_or_null(figure.low);
    json["high"] = number_or_null(figure.high);
  }
  if (figure.instances_needed > 0) json["instances_needed"] = figure.instances_needed;
  json["doc"] = info.doc;
  return json;
}

Json json_of(const Cell& cell) {
  return std::visit(Visitor{[](std::monostate) { return Json(); }, [](const auto& value) { return Json(value); }},
                    cell.value());
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

/// Members of an object or an array between its brackets, one a line.
class Lines {
 public:
  Lines(std::string& text, std::string indent, const char* open) : text_(text), indent_(std::move(indent)) {
    text_ += open;
  }
  void add(const std::string& line) {
    text_ += (first_ ? "\n" : ",\n") + indent_ + "  " + line;
    first_ = false;
  }
  void close(const char* bracket) { text_ += (first_ ? "" : "\n" + indent_) + bracket; }

 private:
  std::string& text_;
  std::string indent_;
  bool first_ = true;
};

std::string member(std::string_view name, const Json& value) {
  return line_of(Json(name)) + ": " + line_of(value);
}

std::string table_text(const ResultTable& table) {
  std::string text = "{\n      " + member("name", table.name) + ",\n      \"columns\": ";
  Lines columns(text, "      ", "[");
  for (const ResultColumn& column : table.columns)
    columns.add(line_of(Json{{"name", column.name}, {"unit", column.unit}, {"doc", column.doc}}));
  columns.close("]");
  text += ",\n      \"rows\": ";
  Lines rows(text, "      ", "[");
  for (const std::vector<Cell>& cells : table.rows) {
    Json row = Json::array();
    for (const Cell& cell : cells) row.push_back(json_of(cell));
    rows.add(line_of(row));
  }
  rows.close("]");
  return text + "\n    }";
}

/// As CSV writes it; none where there is nothing.
std::optional<std::string> text_of(const Cell& cell) {
  return std::visit(Visitor{[](std::monostate) { return std::optional<std::string>(); },
                            [](const std::string& text) { return std::optional(csv_field(text)); },
                            [](const auto& value) { return std::optional(fmt::format("{}", value)); }},
                    cell.value());
}

}  // namespace

Cell::Cell(const Cell&) = default;
Cell::Cell(Cell&&) noexcept = default;
Cell& Cell::operator=(const Cell&) = default;
Cell& Cell::operator=(Cell&&) noexcept = default;
Cell::~Cell() = default;

Cell::Cell(double number) {
  if (std::isfinite(number)) value_ = number;
}

Cell::Cell(std::optional<double> number) {
  if (number) *this = Cell(*number);
}

std::string result_json(const Result& result) {
  check_result(result);
  const ResultHead& head = result.head;
  std::string text = "{\n";
  const std::pair<const char*, Json> first[] = {{"schema_version", kSchemaVersion},
                                                {"study", head.study},
                                                {"version", head.version},
                                                {"seed", head.seed ? Json(*head.seed) : Json()},
                                                {"command", head.command},
                                                {"architecture", text_or_null(head.architecture)},
                                                {"workload", text_or_null(head.workload)}};
  for (const auto& [name, value] : first) text += "  " + member(name, value) + ",\n";
  text += "  \"metrics\": ";
  Lines metrics(text, "  ", "{");
  for (const Figure& figure : result.metrics) metrics.add(member(figure.name, json_of(figure)));
  metrics.close("}");
  text += ",\n  \"tables\": ";
  Lines tables(text, "  ", "[");
  for (const ResultTable& table : result.tables) tables.add(table_text(table));
  tables.close("]");
  text += ",\n  \"facts\": ";
  Lines facts(text, "  ", "{");
  for (const Fact& fact : result.facts) facts.add(member(fact.name, Json{{"value", fact.value}, {"doc", fact.doc}}));
  facts.close("}");
  return text + "\n}\n";
}

std::string result_csv(const Result& result) {
  check_result(result);
  std::string text = "table,row,column,value,unit\n";
  for (const Figure& figure : result.metrics) {
    const std::string unit = csv_field(info_of(figure).unit);
    const std::pair<const char*, const std::optional<double>&> ends[] = {
        {"value", figure.value}, {"low", figure.low}, {"high", figure.high}};
    for (const auto& [column, value] : ends)
      if (value) text += fmt::format("metrics,{},{},{},{}\n", csv_field(figure.name), column, *value, unit);
    if (figure.instances_needed > 0)
      text += fmt::format("metrics,{},instances_needed,{},count\n", csv_field(figure.name), figure.instances_needed);
  }
  for (const ResultTable& table : result.tables)
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      for (std::size_t column = 0; column < table.columns.size(); ++column)
        if (const std::optional<std::string> value = text_of(table.rows[row][column]))
          text += fmt::format("{},{},{},{},{}\n", table.name, row, table.columns[column].name, *value,
                              csv_field(table.columns[column].unit));
  return text;
}

std::string csv_field(std::string_view cell) {
  // A spreadsheet takes text that begins so for a formula and runs it (OWASP, "CSV Injection").
  const bool is_formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  std::string text = (is_formula ? "'" : "") + printable(cell);
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string_view result_schema_text() {
  return html::kResultSchema;
}

}  // namespace nvcim::sim
