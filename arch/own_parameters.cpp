// SPDX-License-Identifier: Apache-2.0
#include "arch/own_parameters.h"

namespace nvcim {

std::vector<std::string_view> own_parameters(std::string_view list) {
  std::vector<std::string_view> found;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    found.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return found;
}

bool reads_parameter(std::string_view list, std::string_view parameter) {
  return std::ranges::count(own_parameters(list), parameter) > 0;
}

}  // namespace nvcim
