// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/histogram.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace nvcim::sim {
namespace {

using Values = std::vector<std::int64_t>;

TEST(Histogram, CountsEveryValueInItsBin) {
  // Quartiles 3 and 6, 8 values: width 2 * 3 / 2 = 3, bins 2-4, 5-7, 8-10, 11-13.
  const Values values = {2, 3, 3, 4, 5, 6, 7, 12};
  const Histogram histogram = histogram_of(values);
  EXPECT_EQ(histogram.first, 2);
  EXPECT_EQ(histogram.width, 3);
  EXPECT_THAT(histogram.counts, ::testing::ElementsAre(4, 3, 0, 1));
  EXPECT_EQ(histogram.begin(3), 11);
}

TEST(Histogram, HasOneBinForOneValue) {
  const Histogram histogram = histogram_of(Values{7, 7, 7});
  EXPECT_EQ(histogram.first, 7);
  EXPECT_EQ(histogram.width, 1);
  EXPECT_THAT(histogram.counts, ::testing::ElementsAre(3));
}

TEST(Histogram, WidensBinsRatherThanHavingTooMany) {
  Values values(100, 50);
  values.front() = 0;
  values.back() = 1000;
  const Histogram histogram = histogram_of(values, 10);
  EXPECT_EQ(histogram.width, 101);
  EXPECT_EQ(histogram.counts.size(), 10u);
  EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}), 100);
}

}  // namespace
}  // namespace nvcim::sim
