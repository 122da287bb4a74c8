// SPDX-License-Identifier: Apache-2.0
#include "sim/report/study_page.h"

#include <gmock/gmock.h>

#include "tests/support/browser.h"

namespace nvcim::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const PageTexts kTexts = {"1.2.3", "nvcim sweep 'a & b'", "{\"chip\": {}}"};

StudyPage example() {
  StudyPage page{"a study", "a network", "a chip", "what it is about", {}};
  LineChart lines{{.title = "share", .unit = "%", .min = 0, .max = 1}, {.title = "time", .unit = "s"}, {}};
  lines.series.push_back({.name = "one", .points = {{0, 1e-6, 1e-7}, {0.5, 2e-6, 1e-7}, {1, 3e-6}}});
  lines.series.push_back({.name = "limit", .points = {{0, 2e-6}, {1, 2e-6}}, .plain = true, .dashed = true});
  LineChart logarithmic{{.title = "samples", .unit = "", .logarithmic = true}, {.title = "rank", .unit = ""}, {}};
  logarithmic.series.push_back({.name = "rank", .points = {{10, 0.5}, {1000, 0.9}}, .hue = 1, .stepped = true});
  BarChart bars{"weights", "", {"conv1", "fc"}, {{"all", {10, 20}}, {"some", {3, 4}}}};
  HeatMap heat{{{0, 0.5, 1}, {0.2, 0.7, -1}}, "crossbars", {{0, "top"}}, {{0, "conv1"}, {2, "fc"}}};
  page.sections = {{"Charts", "drawn", {lines, logarithmic, bars, heat}},
                   {"Empty", "left out", {}},
                   {"Table", "", {PageTable{{{"name", "value"}, {"first", "1"}}, 1}}}};
  return page;
}

TEST(StudyPage, OpensWithEveryChartDrawnAndWithoutErrorsOrRequests) {
  for (bool dark : {false, true}) {
    const auto opened = nvcim::testing::open_page(study_page(example(), kTexts), dark);
    if (!opened) GTEST_SKIP() << "needs Chromium";
    EXPECT_THAT(opened->errors, IsEmpty());
    EXPECT_THAT(opened->requests, IsEmpty());
    EXPECT_THAT(opened->blank, IsEmpty());
    EXPECT_THAT(opened->drawn, ElementsAre("chart-0", "chart-1", "chart-2", "chart-3"));
    EXPECT_THAT(opened->text, HasSubstr("what it is about"));
    EXPECT_THAT(opened->text, Not(HasSubstr("left out")));
  }
}

TEST(StudyPage, TheBrowserSeesAnErrorARequestAndABlankChart) {
  std::string page = study_page(example(), kTexts);
  page.insert(page.find("</main>"),
              "<img src=\"http://example.invalid/x.png\"><div class=\"chart\" id=\"none\"></div>");
  page.insert(page.rfind("</body>"), "<script>undefined_function()</script>");
  const auto opened = nvcim::testing::open_page(page);
  if (!opened) GTEST_SKIP() << "needs Chromium";
  EXPECT_THAT(opened->errors, ::testing::Contains(HasSubstr("undefined_function is not defined")));
  EXPECT_THAT(opened->errors, ::testing::Contains(HasSubstr("example.invalid")));
  EXPECT_THAT(opened->blank, ElementsAre("none"));
}

TEST(StudyPage, EscapesEverythingThatComesFromTheUser) {
  const std::string evil = "</script><img src=x onerror=alert(1)>\"'&";
  StudyPage page{evil, evil, evil, evil, {}};
  page.sections = {{evil,
                    evil,
                    {PageTable{{{evil}, {evil}}, 1}, BarChart{evil, "", {evil}, {{evil, {1}}}},
                     HeatMap{{{1}}, evil, {{0, evil}}, {{0, evil}}}}}};
  const std::string html = study_page(page, {evil, evil, evil});
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = html.find("</script", at)) != std::string::npos; ++at) ++ends;
  EXPECT_EQ(ends, 3u);  // data, Chart.js, ours
}

TEST(StudyPage, IsOneFileThatAsksForNothingElse) {
  const std::string html = study_page(example(), kTexts);
  for (const char* reference : {"src=\"", "<link", "@import", "url(", "fetch("})
    EXPECT_THAT(html, Not(HasSubstr(reference))) << reference;
  EXPECT_THAT(html, HasSubstr("Chart.js v3"));
}

}  // namespace
}  // namespace nvcim::sim
