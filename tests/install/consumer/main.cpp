// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "arch/load.h"
#include "device/check_device.h"

int main() {
  const nvcim::Architecture architecture = nvcim::load_architecture("rram_1t1r_128", {}, nvcim::device::check_device);
  std::printf("%s %d\n", architecture.name.c_str(), architecture.crossbar.rows);
}
