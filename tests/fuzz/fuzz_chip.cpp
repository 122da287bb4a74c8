// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "arch/fingerprint.h"
#include "mapping/chip_file.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/small_chip.h"

/// A chip file whose HDF5 part was changed and whose fingerprint was made right again. HDF5 reads it in a process of
/// its own, so what is looked for is a parent that crashes, hangs, or takes more than the file holds.
namespace {

using namespace nvcim;

const fuzzing::SmallChip& small() {
  static const fuzzing::SmallChip chip;
  return chip;
}

const std::string& good_file() {
  static const std::string bytes = mapping::chip_bytes(small().architecture, small().network, small().plan,
                                                       small().cells(), {"nvcim", "nvcim program", "small"});
  return bytes;
}

std::string with_header(const std::string& body) {
  std::string header = fmt::format("nvcim chip\nformat 1\nbytes {}\nfingerprint {:016x}\nHDF5 begins at byte 512\n",
                                   512 + body.size(), fingerprint(body.data(), body.size()));
  header.resize(511, ' ');
  return header + "\n" + body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // A whole file is taken as it is, anything else as changes to a good one.
  const std::string body = input.starts_with("nvcim chip\n") && size > 512
                               ? std::string(input.substr(512))
                               : fuzzing::edited(good_file().substr(512), input);
  const fuzzing::File file(with_header(body));
  fuzzing::may_refuse([&] {
    const mapping::ChipFile chip = mapping::open_chip(file.name());
    mapping::load_chip(chip, small().architecture, small().network, small().plan);
  });
  if (size == 0) mapping::open_chip(file.name());  // the good one is read
  return 0;
}
