// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The one form of a result (contract C7): every command turns what it found out into a Result, and result.json and
/// result.csv are made of that. The shape is schema/result.schema.json; result_schema_text() is that file.
namespace nvcim::sim {

/// Of the request: what a result says of where it comes from.
struct ResultHead {
  std::string study;                  ///< "run", "monte_carlo", …
  std::string version = {};           ///< of the program
  std::optional<std::uint64_t> seed;  ///< none: nothing is drawn
  std::string command = {};           ///< that gives the result again, from its own folder
  std::string architecture = {};      ///< name; empty: none takes part
  std::string workload = {};          ///< name; several are joined by ", "
};

/// One number, whose unit and meaning the registry of metrics knows.
struct Figure {
  std::string name;                  ///< as in the registry (sim/report/metrics.h)
  std::optional<double> value = {};  ///< none: the draws do not resolve it
  std::optional<double> low = {},
                        high = {};    ///< 95 % interval; where unresolved, each end alone is a one-sided 97.5 % bound
  std::int64_t instances_needed = 0;  ///< to resolve it, when these do not
};

/// A number, a count, a flag, a text, or nothing: what is unknown or has no meaning in this row.
class Cell {
 public:
  Cell() = default;
  // Not inline: GCC 12 takes the text of a copied variant for uninitialised.
  Cell(const Cell&);
  Cell(Cell&&) noexcept;
  Cell& operator=(const Cell&);
  Cell& operator=(Cell&&) noexcept;
  ~Cell();
  /// Not finite, such as a rank correlation of equal values: nothing.
  Cell(double number);
  Cell(std::optional<double> number);
  Cell(std::same_as<bool> auto flag) : value_(flag) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Cell(T count) : value_(static_cast<std::int64_t>(count)) {}
  Cell(std::string text) : value_(std::move(text)) {}
  Cell(const char* text) : value_(std::string(text)) {}

  const std::variant<std::monostate, double, std::int64_t, bool, std::string>& value() const { return value_; }

 private:
  std::variant<std::monostate, double, std::int64_t, bool, std::string> value_;
};

struct ResultColumn {
  std::string name;
  std::string unit;  ///< one of the schema's: as in MetricInfo, or "index", "flag", "text"
  std::string doc;   ///< one sentence
};

/// Figures of a kind that comes many times: layers, instances, budgets x methods.
struct ResultTable {
  std::string name;
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Cell>> rows = {};  ///< [rows][columns]
};

/// A property in words: which law, which encoding, which deviation.
struct Fact {
  std::string name;
  std::string value;
  std::string doc;
};

struct Result {
  ResultHead head;
  std::vector<Figure> metrics = {};
  std::vector<ResultTable> tables = {};
  std::vector<Fact> facts = {};

  /// A figure without an interval.
  void add(std::string name, std::optional<double> value) { metrics.push_back({std::move(name), value}); }
  void tell(std::string name, std::string value, std::string doc) {
    facts.push_back({std::move(name), std::move(value), std::move(doc)});
  }
};

/// result.json: {"schema_version", the head, "metrics": {name: {value, unit, doc, low, high}}, "tables": [{name,
/// columns, rows}], "facts": {name: {value, doc}}}. Numbers read back to the same doubles; a table's row is one line.
/// Checked (NVCIM_CHECK): every metric is registered, none is there twice, every row has a cell per column.
std::string result_json(const Result& result);

/// result.csv: table,row,column,value,unit. Metrics are the table "metrics", their names the rows and "value", "low",
/// "high" the columns; other rows are numbered from 0, as in result.json. Cells that hold nothing have no line.
std::string result_csv(const Result& result);

/// A text cell of a CSV line on one line: quoted where it needs to be, control characters escaped, and with a ' before
/// what a spreadsheet would run as a formula. Numbers are written as they are.
std::string csv_field(std::string_view text);

/// JSON Schema (draft 7) of result.json.
std::string_view result_schema_text();

}  // namespace nvcim::sim
