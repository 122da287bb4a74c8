// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nvcim::testing {

/// What headless Chromium says of a page that it opened from a file.
struct OpenedPage {
  std::vector<std::string> errors;    ///< uncaught, on the console, or against a policy that allows inline code alone
  std::vector<std::string> requests;  ///< anything loaded beside the page itself
  std::vector<std::string> drawn;     ///< ids of charts (class "chart") whose canvas holds more than one colour
  std::vector<std::string> blank;     ///< ids of the other charts that are shown
  std::string text;                   ///< visible text of the page
};

/// Nothing when there is no Chromium (or NVCIM_CHROMIUM, when the tests were configured).
/// @param dark  prefers-color-scheme: dark
std::optional<OpenedPage> open_page(const std::string& html, bool dark = false);

}  // namespace nvcim::testing
