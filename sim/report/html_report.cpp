// SPDX-License-Identifier: Apache-2.0
#include "sim/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "arch/check.h"
#include "arch/units.h"
#include "sim/report/floor_plan.h"
#include "sim/report/html/embedded.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kUnitsShown = 14;

/// format_metric with the signs that a page can show: µs, mm².
std::string pretty(double value, std::string_view unit) {
  std::string text = format_metric(value, unit);
  if (const auto square = text.find("^2"); square != std::string::npos) text.replace(square, 2, "²");
  if (const auto micro = text.find(" u"); micro != std::string::npos) text.replace(micro, 2, " µ");
  return text;
}

std::string shown(const RunReport& report, std::string_view name) {
  const Metric* metric = report.find(name);
  return metric ? pretty(metric->value, metric->info->unit) : "";
}

std::string tiles(const RunReport& report) {
  std::string html;
  const auto tile = [&](const char* label, std::string_view metric, const std::string& under) {
    if (!report.find(metric)) return;
    html += fmt::format(
        "<div class=\"tile\"><div class=\"label\">{}</div><div class=\"figure\">{}</div><div "
        "class=\"under\">{}</div></div>\n",
        label, escape_html(shown(report, metric)), escape_html(under));
  };
  if (const Metric* accuracy = report.find("accuracy"))
    tile("Accuracy", "accuracy",
         fmt::format("{} without a chip; {} to {} (95 %) over {} samples", shown(report, "accuracy.reference"),
                     pretty(*accuracy->low, accuracy->info->unit), pretty(*accuracy->high, accuracy->info->unit),
                     report.samples));
  tile("Latency", "latency.inference",
       shown(report, "latency.inference.cycles") + " cycles, first input to last output");
  tile("Throughput", "throughput.inference",
       "one inference every " + shown(report, "interval.inference") +
           (report.fills_pipeline() ? "" : ", one sample at a time"));
  if (report.find("energy.inference"))
    tile("Energy", "energy.inference", "per inference, of which static " + shown(report, "energy.static"));
  else
    tile("Dynamic energy", "energy.dynamic",
         "per inference, without the static " + shown(report, "power.static") + ": needs the cycle model");
  tile("Average power", "power.average", "peak " + shown(report, "power.peak"));
  tile("Area", "area.chip",
       shown(report, "crossbars.used") + " crossbars used of " + shown(report, "crossbars.available"));
  tile("Operations per joule", "tops_per_watt", report.find("tops") ? shown(report, "tops") + " useful" : "");
  tile("Crossbar utilisation", "utilization.crossbar", "cells that hold a weight, in the crossbars used");
  return html;
}

Json parts(const std::vector<const Metric*>& metrics, std::size_t prefix) {
  Json list = Json::array();
  for (const Metric* metric : metrics)
    if (metric->value > 0) list.push_back({{"name", metric->name.substr(prefix)}, {"value", metric->value}});
  return list;
}

/// What page.js draws. In a script element only "<" could end it, so it is written as an escape.
std::string chart_data(const RunReport& report) {
  Json data;
  data["energy"] = report.known_energy().value;
  data["energy_by_component"] = parts(report.family("energy.*"), std::string_view("energy.").size());
  data["energy_by_layer"] = Json::array();
  for (const LayerRow& layer : report.layers)
    if (layer.energy > 0) data["energy_by_layer"].push_back({{"name", layer.name}, {"value", layer.energy}});
  if (const Metric* joules = report.find("energy.static"); joules && joules->value > 0)
    for (const char* list : {"energy_by_component", "energy_by_layer"})
      data[list].push_back({{"name", "static"}, {"value", joules->value}});
  auto& components = data["energy_by_component"];
  std::stable_sort(components.begin(), components.end(),
                   [](const Json& a, const Json& b) { return a["value"].get<double>() > b["value"].get<double>(); });
  data["area_total"] = report.value("area.chip");
  data["area"] = parts(report.family("area.*"), std::string_view("area.").size());
  data["latency"] = report.find("latency.inference") ? report.value("latency.inference") : 0.0;
  data["timeline"] = Json::array();
  for (const LayerRow& layer : report.layers)
    if (layer.start && layer.end)
      data["timeline"].push_back({{"name", layer.name}, {"start", *layer.start}, {"end", *layer.end}});
  data["units"] = Json::array();
  for (std::size_t i = 0; i < std::min(kUnitsShown, report.units.size()); ++i)
    data["units"].push_back(
        {{"name", report.units[i].name}, {"busy", report.units[i].busy}, {"stall", report.units[i].stall}});
  std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; at += 6) text.replace(at, 1, "\\u003c");
  return text;
}

std::string layer_table(const RunReport& report) {
  std::string html =
      "<table><thead><tr><th>Layer</th><th>Kind</th><th class=\"number\">MACs</th><th class=\"number\">Crossbars</th>"
      "<th class=\"number\">Blocks (rows x columns)</th><th class=\"number\">Copies</th><th class=\"number\">Dynamic "
      "energy</th>"
      "<th class=\"number\">Start</th><th class=\"number\">End</th></tr></thead><tbody>\n";
  const auto number = [](const std::string& text) {
    return fmt::format("<td class=\"number\">{}</td>", escape_html(text));
  };
  for (const LayerRow& layer : report.layers) {
    const bool mvm = layer.crossbars > 0;
    html += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td>", escape_html(layer.name), layer.kind);
    html += number(mvm ? pretty(static_cast<double>(layer.macs), "count") : "");
    html += number(mvm ? fmt::format("{}", layer.crossbars) : "");
    html += number(mvm ? fmt::format("{} x {}", layer.row_blocks, layer.column_blocks) : "");
    html += number(mvm ? fmt::format("{}", layer.copies) : "");
    html += number(pretty(layer.energy, "J"));
    html += number(layer.start ? pretty(*layer.start, "s") : "");
    html += number(layer.end ? pretty(*layer.end, "s") : "") + "</tr>\n";
  }
  return html + "</tbody></table>";
}

std::string fact_table(const RunReport& report) {
  std::string html = "<table><tbody>\n";
  for (const Fact& fact : report.facts)
    html += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td><td class=\"doc\">{}</td></tr>\n",
                        escape_html(fact.name), escape_html(fact.value), escape_html(fact.doc));
  return html + "</tbody></table>";
}

std::string metric_table(const RunReport& report) {
  std::string html =
      "<table><thead><tr><th>Metric</th><th class=\"number\">Value</th><th>Meaning</th></tr></thead><tbody>\n";
  for (const Metric& metric : report.metrics)
    html += fmt::format("<tr><td class=\"name\">{}</td><td class=\"number\">{}</td><td class=\"doc\">{}</td></tr>\n",
                        escape_html(metric.name), escape_html(pretty(metric.value, metric.info->unit)),
                        escape_html(metric.info->doc));
  return html + "</tbody></table>";
}

/// Replaces {{name}}. The values are not searched again, so text of the user's cannot name a placeholder.
std::string fill(std::string_view page, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  while (true) {
    const std::size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = page.find("}}", open);
    NVCIM_CHECK(close != std::string_view::npos, "page.html has an open placeholder");
    const auto value = values.find(page.substr(open + 2, close - open - 2));
    NVCIM_CHECK(value != values.end(), "page.html asks for {}", page.substr(open, close + 2 - open));
    out += value->second;
    page.remove_prefix(close + 2);
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_report(const RunReport& report, const PageTexts& texts) {
  std::string lead = escape_html(report.description);
  if (!lead.empty()) lead += lead.ends_with('.') ? " " : ". ";
  lead += fmt::format("{} samples of {}", report.samples, escape_html(report.data));
  if (report.cycle_samples > 0) lead += fmt::format(", {} of them cycle by cycle", report.cycle_samples);
  lead += report.compared ? "; both engines agree bit for bit." : ".";
  return fill(html::kPage,
              {
                  {"title", escape_html(fmt::format("{} on {} – nvcim", report.network, report.architecture))},
                  {"style", std::string(html::kStyle)},
                  {"version", escape_html(texts.version)},
                  {"network", escape_html(report.network)},
                  {"architecture", escape_html(report.architecture)},
                  {"lead", lead},
                  {"tiles", tiles(report)},
                  {"energy", shown(report, report.known_energy().name)},
                  {"area", shown(report, "area.chip")},
                  {"latency", shown(report, "latency.inference")},
                  {"cycle_samples", fmt::format("{} samples", report.cycle_samples)},
                  {"floor_note", floor_plan_note(report)},
                  {"floor_plan", floor_plan_html(report)},
                  {"layers", layer_table(report)},
                  {"facts", fact_table(report)},
                  {"metrics", metric_table(report)},
                  {"repeat", escape_html(texts.repeat)},
                  {"configuration", escape_html(texts.configuration)},
                  {"data", chart_data(report)},
                  {"chart_js", std::string(html::kChartJs)},
                  {"script", std::string(html::kScript)},
              });
}

}  // namespace nvcim::sim
