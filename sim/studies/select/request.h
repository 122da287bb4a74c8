// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "mapping/selection/selection.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "sim/studies/options/selection_options.h"

namespace nvcim::sim {

/// What is asked of a selection.
struct SelectOptions : CommonOptions {
  InputOptions from{.architecture = kSwimArchitecture, .workload = kSwimWorkload};
  std::string method = "swim";   ///< or "file:PATH"
  std::optional<double> budget;  ///< see asked_budget()
  std::optional<double> until_drop, until_accuracy;
  double group = 0.05;
  int validation = 5000;
  mapping::Granularity granularity = mapping::Granularity::weight;
  mapping::SelectionOrder order = mapping::SelectionOrder::per_cycle;
  CurvatureOrFileOptions curvature;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    from.describe(v, "Data set or folder behind the sensitivity; the network's own when not given");
    v.text("--method", method, kMethodKind, "swim, magnitude, random, layer_order, or file:PATH with scores");
    v.share("--budget", budget, kAnyShare, "Share of the write cycles of verifying everything [0.1; with --until-… 1]");
    v.share("--until-drop", until_drop, kShareBelowOne,
            "Verify group after group on instance 0 until accuracy is at most so far below the network's, e.g. 1%");
    v.share("--until-accuracy", until_accuracy, kAnyShare, "…or until it is at least so much, e.g. 97.5%",
            {.excludes = {&until_drop}});
    v.share("--group", group, kPositiveShare, "Share of the write cycles that a group takes");
    v.whole("--validation", validation, kCount, "Samples from the end of the training set to look at");
    v.choice("--granularity", granularity, "What is verified as a whole: weight, cell, row, crossbar");
    v.choice("--order", order, "per_cycle or per_time");
    v.include(curvature);
    describe_force(v, force);
  }

  bool until() const { return until_drop || until_accuracy; }
  double asked_budget() const { return budget.value_or(until() ? 1.0 : 0.1); }
  bool operator==(const SelectOptions&) const = default;
};

}  // namespace nvcim::sim
