// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/parallel/ranks.h"

namespace nvcim::cli {

/// The program `nvcim`, from its command line to its exit code. With several ranks only commands that spread their work
/// are run, and only the leading rank speaks.
int run_nvcim(int argc, char** argv, sim::Ranks& ranks);

}  // namespace nvcim::cli
