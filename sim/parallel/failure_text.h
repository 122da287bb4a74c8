// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "sim/parallel/units.h"

/// Failures and outcomes as text, for the way between processes.
namespace nvcim::sim {

/// @param failure  not null
std::string failure_text(const std::exception_ptr& failure);
/// The same InputError, out of memory, or a std::runtime_error with the same words.
std::exception_ptr failure_of(const std::string& text);
/// The user can do something about it: bad input, or no memory.
bool is_input_failure(const std::string& text);

/// One failure for those of all ranks: InputError with every issue once, naming the rank where not the first one has it
/// too; else the first that is no InputError. Null when all are.
/// @param failures [ranks] null where nothing failed
std::exception_ptr join_failures(const std::vector<std::exception_ptr>& failures);

/// "UNIT OUTCOME" per line, for units with an outcome.
std::string outcomes_text(const Outcomes& outcomes);
Outcomes outcomes_of(const std::string& text, int units);

}  // namespace nvcim::sim
