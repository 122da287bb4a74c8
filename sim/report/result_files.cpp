// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arch/printable.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string csv_field(std::string_view cell) {
  // A spreadsheet takes text that begins so for a formula and runs it (OWASP, "CSV Injection").
  const bool is_formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  const std::string text = (is_formula ? "'" : "") + printable(cell);
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string result_json(const RunReport& report) {
  Json json;
  json["schema_version"] = 1;
  json["architecture"] = report.architecture;
  json["network"] = report.network;
  json["data"] = report.data;
  json["samples"] = report.samples;
  json["cycle_samples"] = report.cycle_samples;
  json["metrics"] = metrics_json(report.metrics);
  json["facts"] = facts_json(report.facts);
  json["layers"] = Json::array();
  for (const LayerRow& layer : report.layers) {
    Json row = {{"name", layer.name}, {"kind", layer.kind}, {"macs", layer.macs}, {"energy_joules", layer.energy}};
    if (layer.crossbars > 0) {
      row["crossbars"] = layer.crossbars;
      row["copies"] = layer.copies;
      row["row_blocks"] = layer.row_blocks;
      row["column_blocks"] = layer.column_blocks;
    }
    if (layer.start) row["start_seconds"] = *layer.start;
    if (layer.end) row["end_seconds"] = *layer.end;
    json["layers"].push_back(row);
  }
  json["units"] = Json::array();
  for (const UnitRow& unit : report.units)
    json["units"].push_back({{"name", unit.name}, {"busy", unit.busy}, {"stall", unit.stall}});
  json["floor_plan"] = Json::array();
  for (const PlacedBlock& block : report.floor_plan)
    json["floor_plan"].push_back({{"tile", block.tile},
                                  {"crossbar", block.crossbar},
                                  {"layer", report.layers[block.layer].name},
                                  {"row", block.row},
                                  {"column", block.column},
                                  {"rows", block.rows},
                                  {"columns", block.columns}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string result_csv(const RunReport& report) {
  return metrics_csv(report.metrics);
}

Json metrics_json(const std::vector<Metric>& metrics) {
  Json json = Json::object();
  for (const Metric& metric : metrics)
    json[metric.name] = {{"value", metric.value}, {"unit", metric.info->unit}, {"doc", metric.info->doc}};
  return json;
}

Json facts_json(const std::vector<Fact>& facts) {
  Json json = Json::object();
  for (const Fact& fact : facts) json[fact.name] = {{"value", fact.value}, {"doc", fact.doc}};
  return json;
}

std::string metrics_csv(const std::vector<Metric>& metrics) {
  std::string text = "metric,value,unit\n";
  for (const Metric& metric : metrics)
    text += fmt::format("{},{},{}\n", csv_field(metric.name), metric.value, csv_field(metric.info->unit));
  return text;
}

}  // namespace nvcim::sim
