// SPDX-License-Identifier: Apache-2.0
#include "arch/load.h"
#include "arch/schema.h"
#include "device/check_device.h"
#include "tests/fuzz/fuzzing.h"

/// Any bytes as an architecture file. What is read says all it means: written out and read again it is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nvcim;
  const std::string text(reinterpret_cast<const char*>(data), size);
  fuzzing::may_refuse([&] {
    const Architecture read = parse_architecture(text, "fuzzed.json", {}, device::check_device);
    const std::string written = to_json(read).dump();
    if (to_json(parse_architecture(written, "fuzzed.json")).dump() != written) std::abort();
  });
  fuzzing::may_refuse([&] { load_architecture("tiny_2x2", {text}, device::check_device); });
  return 0;
}
