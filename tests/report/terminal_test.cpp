// SPDX-License-Identifier: Apache-2.0
#include "sim/report/terminal.h"

#include <gtest/gtest.h>

namespace nvcim::sim {
namespace {

TEST(Shortened, KeepsStartAndEndOfANameThatIsTooLong) {
  EXPECT_EQ(shortened("conv1", 28), "conv1");
  EXPECT_EQ(shortened("/layer1/layer1.0/conv2/Conv", 27), "/layer1/layer1.0/conv2/Conv") << "just fits";
  EXPECT_EQ(shortened("/layer1/layer1.0/conv2/Conv", 20), "/layer1/...onv2/Conv");
  // Layers of an exported network begin alike and end alike; what tells them apart stands before the end.
  EXPECT_NE(shortened("/features/stage3/stage3.0/branch1/conv1/Conv", 28),
            shortened("/features/stage3/stage3.0/branch1/conv2/Conv", 28));
}

TEST(Shortened, NeverCutsInsideACharacter) {
  const std::string text = "µµµµµµµµµµµµ";
  EXPECT_EQ(shortened(text, 7), "µµ...µµ");
  EXPECT_EQ(display_width(shortened(text, 8)), 8u);
}

}  // namespace
}  // namespace nvcim::sim
