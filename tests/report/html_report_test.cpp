// SPDX-License-Identifier: Apache-2.0
#include "sim/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const PageTexts kTexts = {"1.2.3", "nvcim run architecture.json --data 'a & b'", "{\"chip\": {}}"};

TEST(HtmlReport, IsOneFileThatAsksForNothingElse) {
  const std::string page = html_report(ExampleRun().report(), kTexts);
  for (const char* reference : {"src=\"", "<link", "@import", "url(", "fetch("})
    EXPECT_THAT(page, Not(HasSubstr(reference))) << reference;
  EXPECT_THAT(page, HasSubstr("Chart.js v3"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("@media print"));
}

TEST(HtmlReport, ShowsEveryMetricFactAndLayer) {
  const RunReport report = ExampleRun().report();
  const std::string page = html_report(report, kTexts);
  for (const Metric& metric : report.metrics)
    EXPECT_THAT(page, HasSubstr("<td class=\"name\">" + metric.name + "</td>"));
  for (const Fact& fact : report.facts) EXPECT_THAT(page, HasSubstr(escape_html(fact.value)));
  for (const LayerRow& layer : report.layers) EXPECT_THAT(page, HasSubstr(layer.name));
}

TEST(HtmlReport, EscapesEverythingThatComesFromTheUser) {
  ExampleRun run;
  const std::string evil = "</script><img src=x onerror=alert(1)>\"'&{{metrics}}";
  run.architecture.name = run.architecture.chip.description = run.network.name = run.network.nodes[0].name = evil;
  RunRecord record = run.record();
  record.data = evil;
  const std::string page = html_report(make_run_report(record, run.costs), {evil, evil, evil});
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;img"));
  const std::size_t scripts = 3;  // data, Chart.js, ours
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = page.find("</script", at)) != std::string::npos; ++at) ++ends;
  EXPECT_EQ(ends, scripts);
}

TEST(HtmlReport, DataOfTheChartsIsJsonThatSumsToTheTotal) {
  const RunReport report = ExampleRun().report();
  const std::string page = html_report(report, kTexts);
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t start = page.find(open) + open.size();
  const auto data = nlohmann::json::parse(page.substr(start, page.find("</script>", start) - start));
  for (const char* list : {"energy_by_component", "energy_by_layer"}) {
    double sum = 0;
    for (const auto& part : data[list]) sum += part["value"].get<double>();
    EXPECT_NEAR(sum, report.value("energy.inference"), 1e-9 * sum) << list;
  }
  EXPECT_EQ(data["timeline"].size(), 3u);
}

TEST(EscapeHtml, ReplacesTheFiveCharacters) {
  EXPECT_EQ(escape_html("<a b=\"c\">'&"), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
}

}  // namespace
}  // namespace nvcim::sim
