// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/report/html_report.h"
#include "sim/report/result.h"
#include "workloads/dataset.h"
#include "workloads/network.h"
#include "workloads/sensitivity.h"

namespace nvcim::sim {

/// How much each weight of a network matters, and how sure that ranking is.
struct SensitivityRequest {
  workloads::Network network;
  workloads::Dataset data;  ///< training samples
  workloads::SensitivityMethod method = workloads::SensitivityMethod::recursion;
  bool compare = false;  ///< measure with the other method too, to see what it would change
  int threads = 1;
  std::function<void(std::string)> begin;  ///< told what starts; may be empty
  std::function<void(int, int)> progress;  ///< of it; may be empty
};

struct SensitivityStudy {
  workloads::Sensitivity measured;  ///< with the ranking's convergence at growing numbers of samples
  std::optional<workloads::Sensitivity> other;
};

/// Errors: InputError: data that do not suit the network.
SensitivityStudy run_sensitivity(const SensitivityRequest& request);

/// One layer, and how it compares with the other method.
struct SensitivityRow {
  std::string name;
  std::int64_t weights = 0;
  double full_scale = 0;  ///< s
  double mean = 0;        ///< curvature to the normalised weight
  double largest = 0;
  double zero_share = 0;    ///< weights without any curvature
  double picked_share = 0;  ///< weights among the largest tenth of the whole network
  /// This method against the other, [recursion against gauss_newton]: rank correlation, shared part of the largest
  /// tenth, median of recursion / gauss_newton.
  std::optional<double> spearman, top_overlap, median_ratio;
};

/// One row per MVM layer, then one for the whole network.
std::vector<SensitivityRow> sensitivity_rows(const SensitivityRequest& request, const SensitivityStudy& study);

/// As the selection takes it.
mapping::WeightValues curvature_of(const workloads::Network& network, const workloads::Sensitivity& sensitivity);

/// What a file of these values says that it holds.
std::string sensitivity_origin(const SensitivityRequest& request);

/// What all commands write, without version and command.
Result result_of(const SensitivityRequest& request, const SensitivityStudy& study);
/// For a terminal.
std::string sensitivity_table(const SensitivityRequest& request, const SensitivityStudy& study);
std::string sensitivity_page(const SensitivityRequest& request, const SensitivityStudy& study, const PageTexts& texts);

}  // namespace nvcim::sim
