// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nvcim::workloads {

/// A file of workloads/zoo/ as it was when the program was built; it is part of the library. Unknown names are our bug.
std::vector<std::uint8_t> zoo_file(const std::string& name);

}  // namespace nvcim::workloads
