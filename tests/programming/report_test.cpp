// SPDX-License-Identifier: Apache-2.0
#include "sim/report/program_report.h"

#include <gmock/gmock.h>

#include "sim/programming/program_energy.h"
#include "sim/report/program_page.h"
#include "tests/programming/random_job.h"
#include "tests/support/browser.h"

namespace nvcim::sim {
namespace {

ProgramReport report_of(const nvcim::testing::OwnedJob& owned) {
  const ProgramJob job = owned.job();
  const ProgramResult result = run_programming(job);
  return make_program_report({.job = job,
                              .result = result,
                              .attempts_of_everything = attempts_of_everything(job),
                              .plan = "<all>",
                              .functional = true,
                              .systemc = false});
}

TEST(ProgramReport, OfRandomJobsIsConsistent) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto owned = nvcim::testing::random_job(seed);
    const ProgramReport report = report_of(*owned);
    double states = 0;
    for (const char* state : {"unwritten", "written_once", "verified", "unconverged", "unfinished"})
      states += report.value(std::string("cells.") + state);
    EXPECT_EQ(states, report.value("cells")) << seed;
    EXPECT_LE(report.value("nwc"), 1 + 1e-12) << seed;
    for (const auto& controller : report.controllers)
      EXPECT_LE(controller.busy + controller.power + controller.targets + controller.reverify, 1 + 1e-9) << seed;
    EXPECT_THAT(program_json(report), ::testing::HasSubstr("\"schema_version\": 1")) << seed;
  }
}

TEST(ProgramPage, DrawsEveryChartAndAsksForNothing) {
  const auto owned = nvcim::testing::random_job(10);
  const std::string page = program_page(report_of(*owned), {"v", "again", "{}"});
  EXPECT_THAT(page, ::testing::Not(::testing::HasSubstr("<all>")));
  for (const bool dark : {false, true}) {
    const auto opened = nvcim::testing::open_page(page, dark);
    if (!opened) GTEST_SKIP() << "needs Chromium";
    EXPECT_THAT(opened->errors, ::testing::IsEmpty());
    EXPECT_THAT(opened->requests, ::testing::IsEmpty());
    EXPECT_THAT(opened->blank, ::testing::IsEmpty());
    EXPECT_EQ(opened->drawn.size(), 3u);
  }
}

}  // namespace
}  // namespace nvcim::sim
