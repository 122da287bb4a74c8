// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace nvcim::cli {

/// The folder that holds the running program, links resolved; what belongs to it is found from here, wherever it was
/// moved to. Empty where the system does not say.
std::filesystem::path program_folder();

}  // namespace nvcim::cli
