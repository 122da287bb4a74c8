// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/training_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/browser.h"
#include "tests/support/result_rows.h"

namespace nvcim::sim {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TrainingReport searched() {
  TrainingReport report;
  report.network = "lenet";
  report.data = "mnist";
  report.samples = 58'000;
  report.accuracy = 0.9812;
  report.float_accuracy = 0.99;
  report.seed = 7;
  report.noise.kind = workloads::WeightNoise::trice;
  report.noise.sigma_high = 0.4;
  report.judged = {.chip = "swim_paper", .samples = 2000, .kpp = 5, .instances = 100};
  report.epochs = {{.epoch = 1, .replicas = {{.loss = 0.5, .accuracy = 0.85}}},
                   {.epoch = 2,
                    .quantised = true,
                    .sigma_high = 0.4,
                    .replicas = {{0.1, 0.25, 0.9, 0.75}, {0.2, 0.375, 0.88, 0.875}, {0.3, 0.625, 0.8, 0.5}},
                    .chosen = 1},
                   {.epoch = 3,
                    .quantised = true,
                    .sigma_low = 0.1,
                    .sigma_high = 0.3,
                    .replicas = {{0.15, 0.125, 0.95, 0.9375}, {0.2, 0.25, 0.94, 0.9}, {0.25, 0.3, 0.93, 0.8}},
                    .chosen = 0}};
  return report;
}

TrainingReport plain() {
  TrainingReport report = searched();
  report.noise = {};
  report.judged.reset();
  for (auto& epoch : report.epochs) {
    epoch.replicas = {{.loss = 0.5, .accuracy = 0.85}};
    epoch.chosen = 0;
  }
  return report;
}

TEST(TrainingReport, SaysHowEveryReplicaDid) {
  const json result = json::parse(result_json(result_of(searched())));
  EXPECT_EQ(result["seed"], 7);
  EXPECT_EQ(result["facts"]["noise"]["value"], "trice");
  EXPECT_EQ(test::result_metric(result, "noise.threshold"), 1);
  EXPECT_EQ(result["architecture"], "swim_paper");
  EXPECT_EQ(test::result_metric(result, "accuracy.reference"), 0.9812);
  EXPECT_EQ(test::result_metric(result, "accuracy.float"), 0.99);
  const json epochs = test::result_rows(result, "epochs"), replicas = test::result_rows(result, "replicas");
  ASSERT_EQ(epochs.size(), 3u);
  ASSERT_EQ(replicas.size(), 7u);
  EXPECT_TRUE(replicas[0]["kpp"].is_null());
  EXPECT_EQ(replicas[3]["kpp"], 0.5);
  EXPECT_EQ(replicas[3]["epoch"], 1);
  EXPECT_EQ(replicas[3]["replica"], 2);
  EXPECT_EQ(epochs[1]["chosen"], 1);
  EXPECT_EQ(epochs[2]["sigma_low"], 0.1);
  EXPECT_THAT(result_csv(result_of(searched())),
              HasSubstr("epochs,1,epoch,2,index\nepochs,1,quantised,true,flag\nepochs,1,sigma_low,0,ratio\n"
                        "epochs,1,sigma_high,0.4,ratio\nepochs,1,chosen,1,index\n"));
}

TEST(TrainingReport, ShowsTheReplicaThatWentOn) {
  const std::string text = training_text(searched());
  EXPECT_THAT(text, HasSubstr("lenet: 98.12 % of the mnist test set, 99.00 % before quantisation"));
  EXPECT_THAT(text, HasSubstr("trice noise on the weights, censored at 1 sigma (mean -0.0833 sigma)"));
  TrainingReport shifted = searched();
  shifted.noise.zero_mean = true;
  EXPECT_THAT(training_text(shifted), HasSubstr("censored at 1 sigma (mean -0.0833 sigma, taken away)"));
  EXPECT_THAT(text, HasSubstr("5 % KPP of 100 programmed chips of swim_paper on 2000 held-out samples"));
  EXPECT_THAT(text, HasSubstr("    2  quantised  0.3750       88.00      0.0000  0.4000  0.2000    87.50"));
  EXPECT_THAT(text, HasSubstr("    3  quantised  0.1250       95.00      0.1000  0.3000  0.1500    93.75"));
}

TEST(TrainingReport, OfATrainingWithoutNoiseIsShort) {
  EXPECT_EQ(training_text(plain()), "lenet: 98.12 % of the mnist test set, 99.00 % before quantisation\n");
  const json result = json::parse(result_json(result_of(plain())));
  EXPECT_TRUE(result["architecture"].is_null());
  EXPECT_FALSE(result["metrics"].contains("judge.kpp"));
  EXPECT_FALSE(result["metrics"].contains("noise.sigma.max"));
}

TEST(TrainingPage, DrawsItsChartsAndAsksForNothingElse) {
  TrainingReport report = searched();
  report.data = "</script><b>";
  const std::string page = training_page(report, {"1.2.3", "nvcim train 'a & b'", "{}"});
  for (const char* text : {"<b>", "src=\"", "<link", "fetch("}) EXPECT_THAT(page, Not(HasSubstr(text)));
  for (const auto& [html, charts] : {std::pair(page, 4u), std::pair(training_page(plain(), {}), 2u)}) {
    const auto opened = nvcim::testing::open_page(html);
    if (!opened) GTEST_SKIP() << "needs Chromium";
    EXPECT_THAT(opened->errors, ::testing::IsEmpty());
    EXPECT_THAT(opened->requests, ::testing::IsEmpty());
    EXPECT_THAT(opened->blank, ::testing::IsEmpty());
    EXPECT_EQ(opened->drawn.size(), charts);
  }
}

}  // namespace
}  // namespace nvcim::sim
