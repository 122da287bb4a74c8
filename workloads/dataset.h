// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Labelled 8-bit images.
struct Dataset {
  std::string name;
  Shape shape;
  int classes = 10;      ///< labels are below it
  bool counted = false;  ///< nobody says how many classes there are: one more than the highest label, two at least
  std::vector<std::uint8_t> pixels;  ///< [samples][channels][height][width]
  std::vector<std::uint8_t> labels;  ///< [samples]

  int samples() const { return static_cast<int>(labels.size()); }
  const std::uint8_t* image(int sample) const { return pixels.data() + std::size_t(sample) * shape.size(); }
};

enum class Split { train, test };

/// Reads `name_or_folder` ("fashion_mnist", "mnist", "cifar10", or a folder with the standard idx(.gz) or CIFAR-10
/// binary files). Named sets are looked for in `search_path`, then where Debian's packages and scripts/fetch_data.sh
/// put them. A folder with idx files has as many classes as its labels tell, up to 256; all others have ten.
/// @param limit  at most so many samples from the start; 0: all.
/// Errors: InputError naming every file missing, truncated, damaged or of the wrong kind, and how to get the set.
Dataset load_dataset(std::string_view name_or_folder, Split split, int limit = 0,
                     const std::vector<std::filesystem::path>& search_path = {});

}  // namespace nvcim::workloads
