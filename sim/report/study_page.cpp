// SPDX-License-Identifier: Apache-2.0
#include "sim/report/study_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/html/embedded.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;

Json axis_json(const ChartAxis& axis) {
  Json json = {{"title", axis.title}, {"unit", axis.unit}, {"logarithmic", axis.logarithmic}};
  if (axis.min) json["min"] = *axis.min;
  if (axis.max) json["max"] = *axis.max;
  return json;
}

Json chart_json(const LineChart& chart) {
  Json series = Json::array();
  for (const ChartSeries& one : chart.series) {
    Json points = Json::array();
    for (const ChartPoint& point : one.points) {
      Json at = {{"x", point.x}, {"y", point.y}};
      if (point.spread != 0) at["spread"] = point.spread;
      points.push_back(std::move(at));
    }
    series.push_back({{"name", one.name},
                      {"hue", one.hue},
                      {"plain", one.plain},
                      {"dashed", one.dashed},
                      {"stepped", one.stepped},
                      {"dots", one.dots},
                      {"points", std::move(points)}});
  }
  return {{"kind", "lines"}, {"x", axis_json(chart.x)}, {"y", axis_json(chart.y)}, {"series", std::move(series)}};
}

Json chart_json(const BarChart& chart) {
  Json series = Json::array();
  for (const BarChart::Series& one : chart.series) series.push_back({{"name", one.name}, {"values", one.values}});
  return {{"kind", "bars"},
          {"title", chart.title},
          {"unit", chart.unit},
          {"labels", chart.labels},
          {"series", std::move(series)}};
}

Json chart_json(const HeatMap& map) {
  Json values = Json::array();
  for (const auto& row : map.values) {
    Json line = Json::array();
    for (double value : row) line.push_back(value < 0 ? Json() : Json(value));
    values.push_back(std::move(line));
  }
  return {{"kind", "heat"},
          {"x_title", map.x_title},
          {"row_labels", map.row_labels},
          {"column_labels", map.column_labels},
          {"values", std::move(values)}};
}

std::string table_html(const PageTable& table) {
  std::string html = "<div class=\"scroll\"><table>";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const char* cell = row == 0 ? "th" : "td";
    html += row == 0 ? "<thead><tr>" : "<tr>";
    for (std::size_t i = 0; i < table.rows[row].size(); ++i)
      html += fmt::format("<{0}{1}>{2}</{0}>", cell, static_cast<int>(i) < table.left ? "" : " class=\"number\"",
                          escape_html(table.rows[row][i]));
    html += row == 0 ? "</tr></thead><tbody>\n" : "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string percent_figure(double share) {
  return fmt::format("{:.2f}", 100 * share);
}

std::string study_page(const StudyPage& page, const PageTexts& texts) {
  Json charts = Json::array();
  std::string body;
  for (const PageSection& section : page.sections) {
    if (section.items.empty()) continue;
    body += fmt::format("<section class=\"card\">\n<h2>{}</h2>\n", escape_html(section.title));
    if (!section.note.empty()) body += fmt::format("<p class=\"note\">{}</p>\n", escape_html(section.note));
    for (const PageItem& item : section.items) {
      if (const auto* table = std::get_if<PageTable>(&item)) {
        body += table_html(*table);
        continue;
      }
      Json chart = std::visit(
          [](const auto& what) {
            if constexpr (std::is_same_v<std::decay_t<decltype(what)>, PageTable>)
              return Json();
            else
              return chart_json(what);
          },
          item);
      const std::string id = fmt::format("chart-{}", charts.size());
      chart["id"] = id;
      charts.push_back(std::move(chart));
      body += fmt::format("<div class=\"chart\" id=\"{}\"></div>\n", id);
    }
    body += "</section>\n";
  }
  // In a script element only "<" could end it, so it is written as an escape.
  std::string data = Json({{"charts", std::move(charts)}}).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = data.find('<', at)) != std::string::npos; at += 6) data.replace(at, 1, "\\u003c");

  const std::string network = escape_html(page.network), architecture = escape_html(page.architecture);
  std::string html =
      "<!DOCTYPE html>\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n<html lang=\"en\">\n<head>\n<meta "
      "charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\">\n";
  html += fmt::format("<title>{}{}{} – nvcim</title>\n<style>\n", network, architecture.empty() ? "" : " on ",
                      architecture);
  html += html::kStyle;
  html += fmt::format(
      "\n</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"program\">nvcim {} · {}</p>\n<h1>{}{}{}</h1>\n<p "
      "class=\"lead\">{}</p>\n</header>\n",
      escape_html(texts.version), escape_html(page.kind), network, architecture.empty() ? "" : " <span>on</span> ",
      architecture, escape_html(page.lead));
  html += body;
  html += fmt::format(
      "<section class=\"card\">\n<h2>Repeat this</h2>\n<p class=\"note\">From the folder of this report; only the "
      "manifest of the new folder will differ.</p>\n<pre><code>{}</code></pre>\n",
      escape_html(texts.repeat));
  if (!texts.configuration.empty())
    html += fmt::format(
        "<details>\n<summary>Architecture, every parameter resolved</summary>\n<pre><code>{}</code></pre>\n"
        "</details>\n",
        escape_html(texts.configuration));
  html += "</section>\n</main>\n<script type=\"application/json\" id=\"data\">" + data + "</script>\n<script>\n";
  html += html::kChartJs;
  html += "\n</script>\n<script>\n";
  html += html::kStudyScript;
  return html + "</script>\n</body>\n</html>\n";
}

}  // namespace nvcim::sim
