// SPDX-License-Identifier: Apache-2.0
#include "sim/report/run_report.h"

namespace nvcim::sim {
namespace {

ResultTable layer_rows(const RunReport& report) {
  ResultTable table{"layers",
                    {{"layer", "text", "name; the input first"},
                     {"kind", "text", "what the layer does"},
                     {"macs", "count", "multiply-accumulates of one inference"},
                     {"energy", "J", "dynamic energy of one inference"},
                     {"crossbars", "count", "crossbars that hold some of it"},
                     {"replicas", "count", "placements of the same weights"},
                     {"row_blocks", "count", "blocks that its inputs are cut into"},
                     {"column_blocks", "count", "blocks that its outputs are cut into"},
                     {"start", "s", "start of its first work on the first sample, after the first input"},
                     {"end", "s", "its last output of the first sample, after the first input"}}};
  for (const LayerRow& layer : report.layers) {
    std::vector<Cell> row = {layer.name, layer.kind, layer.macs, layer.energy};
    if (layer.crossbars > 0)
      row.insert(row.end(), {layer.crossbars, layer.copies, layer.row_blocks, layer.column_blocks});
    else
      row.insert(row.end(), 4, Cell());
    row.insert(row.end(), {layer.start, layer.end});
    table.rows.push_back(std::move(row));
  }
  return table;
}

ResultTable unit_table(const RunReport& report) {
  ResultTable table{"units",
                    {{"unit", "text", "name; those that did anything, busiest first"},
                     {"busy", "fraction", "share of the cycle run in which it works"},
                     {"stall", "fraction", "share of the cycle run in which it has work but waits for another unit"}}};
  for (const UnitRow& unit : report.units) table.rows.push_back({unit.name, unit.busy, unit.stall});
  return table;
}

ResultTable block_table(const RunReport& report) {
  ResultTable table{"floor_plan",
                    {{"tile", "index", "tile of the chip"},
                     {"crossbar", "index", "crossbar of the tile"},
                     {"layer", "text", "whose weights the block holds"},
                     {"row", "index", "first row of the crossbar"},
                     {"column", "index", "first column of the crossbar"},
                     {"rows", "count", "rows of the block"},
                     {"columns", "count", "columns of the block"}}};
  for (const PlacedBlock& block : report.floor_plan)
    table.rows.push_back({block.tile, block.crossbar, report.layers[block.layer].name, block.row, block.column,
                          block.rows, block.columns});
  return table;
}

}  // namespace

Result result_of(const RunReport& report) {
  Result result{{.study = "run", .seed = report.seed, .architecture = report.architecture, .workload = report.network}};
  for (const Metric& metric : report.metrics)
    result.metrics.push_back({metric.name, metric.value, metric.low, metric.high});
  result.tables = {layer_rows(report), unit_table(report), block_table(report)};
  result.tell("data", report.data, "data set or folder of the samples");
  result.facts.insert(result.facts.end(), report.facts.begin(), report.facts.end());
  return result;
}

}  // namespace nvcim::sim
