// SPDX-License-Identifier: Apache-2.0
#include "tests/workloads/lines.h"

#include <span>

#include "tests/workloads/random_network.h"
#include "workloads/reference.h"

namespace nvcim::workloads {

Dataset lines(int samples, std::uint32_t seed) {
  Network shape;
  shape.input = {1, 8, 8};
  Dataset set;
  set.name = "lines";
  set.shape = shape.input;
  set.pixels = random_pixels(shape, samples, seed);
  for (std::size_t i = 0; i < set.pixels.size(); ++i) set.pixels[i] /= 2;
  for (int s = 0; s < samples; ++s) {
    const int label = (s * 7 + s / 10) % 10;
    set.labels.push_back(std::uint8_t(label));
    for (int i = 0; i < 8; ++i) {
      const int at = label < 5 ? label * 8 + i : i * 8 + label - 5;
      set.pixels[std::size_t(s) * 64 + at] = 220;
    }
  }
  return set;
}

double accuracy(const Network& network, const Dataset& test) {
  const auto logits = reference_logits(network, test.pixels, test.samples());
  int right = 0;
  for (int s = 0; s < test.samples(); ++s)
    right += predicted_class(std::span<const std::int64_t>(logits.data() + std::size_t(s) * 10, 10)) == test.labels[s];
  return double(right) / test.samples();
}

}  // namespace nvcim::workloads
