// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/programming/program_job.h"

namespace nvcim::sim {

/// Where two results of one job differ first, cell by cell, count by count, cycle by cycle; empty when they are equal.
std::string first_difference(const ProgramResult& a, const ProgramResult& b);

}  // namespace nvcim::sim
