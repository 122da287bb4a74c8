// SPDX-License-Identifier: Apache-2.0
#include "sim/report/floor_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "sim/report/html_report.h"

namespace nvcim::sim {
namespace {

constexpr int kHues = 8;            // of page.css
constexpr int kMaxCrossbars = 512;  // of the drawing; a page with more is slow and shows nothing

/// MVM layers are numbered through, so that neighbours in the network differ in colour.
std::map<int, int> hues(const RunReport& report) {
  std::map<int, int> hue;
  for (const PlacedBlock& block : report.floor_plan) hue.emplace(block.layer, 0);
  int next = 0;
  for (auto& [layer, number] : hue) number = next++ % kHues;
  return hue;
}

int rows_shown(const RunReport& report) {
  int last = 0;
  for (const PlacedBlock& block : report.floor_plan) last = std::max(last, block.tile / report.mesh_columns);
  const int affordable = std::max(1, kMaxCrossbars / std::max(1, report.mesh_columns * report.crossbars_per_tile));
  return std::min(last + 1, affordable);
}

std::string crossbar_svg(const RunReport& report, const std::vector<const PlacedBlock*>& blocks,
                         const std::map<int, int>& hue) {
  std::string shapes;
  for (const PlacedBlock* block : blocks)
    shapes += fmt::format(
        R"h(<rect x="{}" y="{}" width="{}" height="{}" fill="var(--hue-{})"><title>{}: {} x {} cells</title></rect>)h",
        block->column, block->row, block->columns, block->rows, hue.at(block->layer),
        escape_html(report.layers[block->layer].name), block->rows, block->columns);
  return fmt::format(
      R"h(<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="crossbar">{}</svg>)h",
      report.crossbar_columns, report.crossbar_rows, shapes);
}

}  // namespace

std::string floor_plan_html(const RunReport& report) {
  const std::map<int, int> hue = hues(report);
  std::string html = "<ul class=\"legend\">";
  for (const auto& [layer, number] : hue)
    html += fmt::format(R"h(<li><i style="background:var(--hue-{})"></i>{}</li>)h", number,
                        escape_html(report.layers[layer].name));
  html += "</ul>\n";

  std::map<std::pair<int, int>, std::vector<const PlacedBlock*>> by_crossbar;
  for (const PlacedBlock& block : report.floor_plan) by_crossbar[{block.tile, block.crossbar}].push_back(&block);
  const int across = std::clamp(static_cast<int>(std::ceil(std::sqrt(report.crossbars_per_tile))), 1, 8);
  html += fmt::format(R"h(<div class="floor" style="grid-template-columns:repeat({},minmax(64px,1fr))">)h",
                      report.mesh_columns);
  for (int tile = 0; tile < rows_shown(report) * report.mesh_columns; ++tile) {
    html += fmt::format(
        R"h(<div class="tile-box"><b>tile {}</b><div class="crossbars" style="grid-template-columns:repeat({},1fr)">)h",
        tile, across);
    for (int crossbar = 0; crossbar < report.crossbars_per_tile; ++crossbar)
      html += crossbar_svg(report, by_crossbar[{tile, crossbar}], hue);
    html += "</div></div>\n";
  }
  return html + "</div>";
}

std::string floor_plan_note(const RunReport& report) {
  const int shown = rows_shown(report);
  std::string note = fmt::format(
      "Tiles as they lie on the mesh, with their crossbars of {} x {} cells; colour: the cells a layer holds.",
      report.crossbar_rows, report.crossbar_columns);
  if (shown < report.mesh_rows)
    note += fmt::format(" Shown: the first {} of {} rows of tiles.", shown, report.mesh_rows);
  return note;
}

}  // namespace nvcim::sim
