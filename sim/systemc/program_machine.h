// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sim/programming/program_job.h"

namespace nvcim::sim {

/// The cycle-level engine of programming: the same job as run_programming, on SystemC modules and the routers of the
/// mesh. May be called any number of times in a process, from one thread at a time.
/// @param shuffle  not 0: modules act in another order within each cycle, for the test that it does not matter
/// Errors: InputError when a measured table cannot be read.
ProgramResult program_systemc(const ProgramJob& job, std::uint32_t shuffle = 0);

}  // namespace nvcim::sim
