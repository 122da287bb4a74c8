// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "sim/report/study_page.h"
#include "sim/studies/sweep.h"

namespace nvcim::sim {

/// What programming instance 0 spends with nothing, with `chosen` and with everything verified, what an inference
/// spends, and after how many inferences programming is paid for: sections of the sweep's page.
/// @param chosen_name  of the method behind `chosen`
std::vector<PageSection> breakdown_sections(const SweepRequest& request, const mapping::Plan& plan,
                                            const mapping::WritePlan& chosen, const std::string& chosen_name);

}  // namespace nvcim::sim
