// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace nvcim::device {

/// One file of device/tables/, generated at build time.
struct EmbeddedTable {
  std::string_view name;
  std::string_view text;
};
std::span<const EmbeddedTable> embedded_tables();

}  // namespace nvcim::device
