// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nvcim {

/// Text that a terminal shows and does not obey: control characters (U+0000…U+001F, U+007F…U+009F) and marks that turn
/// the direction of writing are written \u001b, bytes that are no UTF-8 \xff. Inside a JSON string the former mean the
/// same as before, so JSON stays what it was. All else is left alone.
/// @param kept  control characters that pass, such as "\n"
std::string printable(std::string_view text, std::string_view kept = {});

/// The text, or its beginning and how much was left out, when it has more than `most` bytes. Never cuts a character.
std::string shortened(std::string_view text, std::size_t most);

/// "59,980".
std::string with_commas(std::size_t number);

}  // namespace nvcim
