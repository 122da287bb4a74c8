// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// Adds `nvcim schema`; when it is chosen, parsing fills `action`.
void add_schema_command(CLI::App& program, Action& action);

}  // namespace nvcim::cli
