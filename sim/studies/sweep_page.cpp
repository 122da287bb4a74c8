// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/html/embedded.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;

/// One line per method with a band of one standard deviation, in percent.
constexpr const char* kDraw = R"js(
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const colours = dark ? ["#6ea8fe", "#f0a35e", "#7bd88f", "#e27396", "#b39ddb", "#9aa5b1"]
                       : ["#1f5fbf", "#c2610c", "#2e7d32", "#ad1457", "#5e35b1", "#56616e"];
  Chart.defaults.color = dark ? "#c9d1d9" : "#3d4650";
  const sets = [];
  data.methods.forEach((method, i) => {
    const colour = colours[i % colours.length];
    const edge = (sign) => method.points.map((p) => ({ x: p.nwc, y: 100 * (p.mean + sign * p.std) }));
    sets.push({ label: method.name, data: method.points.map((p) => ({ x: p.nwc, y: 100 * p.mean })), borderColor: colour, backgroundColor: colour, tension: 0, pointRadius: 3 });
    sets.push({ label: "", data: edge(1), borderWidth: 0, pointRadius: 0, fill: false });
    sets.push({ label: "", data: edge(-1), borderWidth: 0, pointRadius: 0, fill: "-1", backgroundColor: colour + "22" });
  });
  sets.push({ label: "no chip", data: [{ x: 0, y: 100 * data.reference }, { x: 1, y: 100 * data.reference }], borderColor: "#888", borderDash: [5, 4], pointRadius: 0 });
  new Chart(document.getElementById("accuracy"), {
    type: "line",
    data: { datasets: sets },
    options: {
      animation: false, responsive: true, maintainAspectRatio: false,
      scales: { x: { type: "linear", min: 0, max: 1, title: { display: true, text: "NWC: write cycles, 1 = everything verified" } },
                y: { title: { display: true, text: "accuracy, %" } } },
      plugins: { legend: { labels: { filter: (item) => item.text !== "" } } },
    },
  });
})();
)js";

std::string percent(double share) {
  return fmt::format("{:.2f}", 100 * share);
}

std::vector<std::vector<std::string>> rows_of(const SweepRequest& request, const SweepResult& result) {
  std::vector<std::vector<std::string>> rows = {
      {"method", "NWC", "accuracy %", "std", "95 % ±", "min", "gap closed %", "verified cells", "rows touched"}};
  const std::size_t budgets = request.budgets.size();
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const SweepPoint& point = result.points[i];
    const Spread spread = spread_of(point.accuracy);
    // The gap is that between the method's own ends, when the sweep holds them.
    const SweepPoint& first = result.points[i / budgets * budgets];
    const SweepPoint& last = result.points[i / budgets * budgets + budgets - 1];
    const bool ends = first.nwc == 0 && last.nwc == 1;
    rows.push_back({request.methods[point.method].name(), fmt::format("{:.3f}", point.nwc), percent(spread.mean),
                    percent(spread.deviation), percent(spread.ci95), percent(spread.minimum),
                    ends ? fmt::format("{:.0f}", 100 * recovery(spread.mean, spread_of(first.accuracy).mean,
                                                                spread_of(last.accuracy).mean))
                         : "",
                    fmt::format("{:.0f}", point.verified_cells), fmt::format("{:.0f}", point.rows_touched)});
  }
  return rows;
}

std::string data_of(const SweepRequest& request, const SweepResult& result) {
  Json data;
  data["reference"] = result.reference_accuracy;
  data["methods"] = Json::array();
  for (std::size_t m = 0; m < request.methods.size(); ++m) {
    Json points = Json::array();
    for (std::size_t b = 0; b < request.budgets.size(); ++b) {
      const SweepPoint& point = result.at(m, b, request.budgets.size());
      const Spread spread = spread_of(point.accuracy);
      points.push_back({{"nwc", point.nwc}, {"mean", spread.mean}, {"std", spread.deviation}});
    }
    data["methods"].push_back({{"name", request.methods[m].name()}, {"points", points}});
  }
  std::string text = data.dump();
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; at += 6) text.replace(at, 1, "\\u003c");
  return text;
}

std::string lead_of(const SweepRequest& request, const SweepResult& result) {
  return fmt::format(
      "{} samples of {}, {} instances; {} % without a chip; sigma {} x {} of the full scale, verified {}",
      request.data.samples(), request.data.name, request.instances, percent(result.reference_accuracy),
      request.architecture.device.sigma, request.architecture.device.sigma_scale,
      request.architecture.write_controller.verified_sigma * request.architecture.device.sigma_scale);
}

}  // namespace

std::string sweep_table(const SweepRequest& request, const SweepResult& result) {
  const auto rows = rows_of(request, result);
  std::vector<bool> right(rows.front().size(), true);
  right[0] = false;
  return fmt::format("{} on {}: {}\n\n", request.network.name, request.architecture.name, lead_of(request, result)) +
         aligned_table(rows, right);
}

std::string sweep_page(const SweepRequest& request, const SweepResult& result, const PageTexts& texts) {
  std::string table = "<table>";
  bool head = true;
  for (const auto& row : rows_of(request, result)) {
    table += head ? "<thead><tr>" : "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      table +=
          fmt::format("<{0}{1}>{2}</{0}>", head ? "th" : "td", i == 0 ? "" : " class=\"number\"", escape_html(row[i]));
    table += head ? "</tr></thead><tbody>\n" : "</tr>\n";
    head = false;
  }
  table += "</tbody></table>";
  const std::string name = escape_html(request.network.name), chip = escape_html(request.architecture.name);
  std::string page =
      "<!DOCTYPE html>\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n<html lang=\"en\">\n<head>\n<meta "
      "charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\">\n";
  page += fmt::format("<title>Sweep of {} on {} – nvcim</title>\n<style>\n", name, chip);
  page += html::kStyle;
  page += fmt::format(
      "\n</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"program\">nvcim {} · write-verify sweep</p>\n<h1>{} "
      "<span>on</span> {}</h1>\n<p class=\"lead\">{}</p>\n</header>\n",
      escape_html(texts.version), name, chip, escape_html(lead_of(request, result)));
  page +=
      "<section class=\"card\">\n<h2>Accuracy over write budget</h2>\n<p class=\"note\">Mean over the instances; the "
      "band is one standard deviation to either side.</p>\n<div class=\"chart\" style=\"height: 420px\"><canvas "
      "id=\"accuracy\" role=\"img\" aria-label=\"Accuracy over write budget; the figures are in the table "
      "below\"></canvas></div>\n</section>\n<section class=\"card\">\n<h2>All points</h2>\n<div class=\"scroll\">";
  page += table;
  page += fmt::format(
      "</div>\n</section>\n<section class=\"card\">\n<h2>Repeat this "
      "sweep</h2>\n<pre><code>{}</code></pre>\n<details>\n"
      "<summary>Architecture, every parameter resolved</summary>\n<pre><code>{}</code></pre>\n</details>\n</section>\n"
      "</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n<script>\n",
      escape_html(texts.repeat), escape_html(texts.configuration), data_of(request, result));
  page += html::kChartJs;
  page += "\n</script>\n<script>";
  page += kDraw;
  return page + "</script>\n</body>\n</html>\n";
}

}  // namespace nvcim::sim
