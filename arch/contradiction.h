// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace nvcim {

/// Values that are each allowed but not together.
struct Contradiction {
  std::vector<std::string> pointers;  ///< of every value involved
  std::string message;                ///< names the values and what is allowed
};

}  // namespace nvcim
