// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "arch/units.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"

namespace nvcim::sim {

inline constexpr Quantity kBudgetTime{UnitSymbol<Time>::text, "5 ms", "TIME", true};
inline constexpr Quantity kBudgetEnergy{UnitSymbol<Energy>::text, "2 uJ", "ENERGY", true};

/// What is asked of a programming.
struct ProgramOptions : CommonOptions {
  InputOptions from;
  std::string plan = "all";  ///< "all", "none", or the file of a write plan
  std::string budget_time, budget_energy;
  std::optional<std::uint64_t> budget_pulses;
  Engines engine = Engines::both;
  std::uint32_t instance = 0;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    from.describe(v, "Data that a network in floating point is calibrated on");
    v.text("--plan", plan, kPlanKind, "Cells to verify: all, none, or a file from nvcim select; its row order is kept",
           {.decides = Decides::input});
    v.quantity("--budget-time", budget_time, kBudgetTime, "End programming after so long, e.g. 5ms");
    v.quantity("--budget-energy", budget_energy, kBudgetEnergy, "End it when so much is spent, e.g. 2uJ");
    v.whole("--budget-pulses", budget_pulses, {.most = std::numeric_limits<std::int64_t>::max()},
            "End it before more than so many pulses of single cells, first writes included");
    v.choice("--engine", engine,
             "functional: without SystemC; systemc: cycle model; both: the two, compared cell by cell, count by count "
             "and to the cycle",
             {.value = "ENGINE"});
    v.whole("--instance", instance, {}, "Which sampled chip");
    describe_force(v, force);
  }
  bool operator==(const ProgramOptions&) const = default;
};

}  // namespace nvcim::sim
