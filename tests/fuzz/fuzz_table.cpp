// SPDX-License-Identifier: Apache-2.0
#include "device/measured_table.h"
#include "tests/fuzz/fuzzing.h"

/// Any bytes as a measured table, and draws at both ends from what is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nvcim;
  fuzzing::may_refuse([&] {
    const auto table =
        device::MeasuredTable::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzzed.csv");
    for (int level = 0; level < table.levels(); ++level)
      for (const std::uint32_t bits : {0u, 1u << 31, ~0u}) table.draw(level, bits);
  });
  return 0;
}
