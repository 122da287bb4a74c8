// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/studies/monte_carlo.h"

namespace nvcim::sim {

/// The study as one self-contained page: histogram and empirical distribution of accuracy, all figures.
std::string monte_carlo_page(const MonteCarloRequest& request, const MonteCarloResult& result, const PageTexts& texts);

/// The figures for a terminal, and what the instances cannot resolve.
std::string monte_carlo_table(const MonteCarloRequest& request, const MonteCarloResult& result);

}  // namespace nvcim::sim
