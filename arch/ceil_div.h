// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

namespace nvcim {

/// How many pieces of `size` hold `amount`: the quotient rounded up. @param amount  0 or more  @param size  above 0
template <std::integral T>
constexpr T ceil_div(T amount, T size) {
  return (amount + size - 1) / size;
}

}  // namespace nvcim
