// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "sim/studies/options/selection_options.h"

namespace nvcim::sim {

/// What is asked of a Monte Carlo study.
struct MonteCarloOptions : CommonOptions {
  static constexpr int kInstances = 1000;
  // Enough for the 0.1 % quantile of a wide distribution; days for LeNet, so a precision out of reach ends one day.
  static constexpr int kMostInstances = 100000;

  InputOptions from;
  int samples = 0;
  std::optional<int> instances;     ///< see asked_instances()
  std::optional<double> precision;  ///< half width of the 95 % intervals of precise_quantiles(), of accuracy 0…1
  std::vector<double> quantiles;    ///< k / 100 of each KPP; see reported_quantiles()
  std::vector<double> targets;      ///< accuracies whose yield is reported
  std::optional<double> verify;     ///< share of the write cycles of verifying everything (NWC)
  std::optional<mapping::SelectionMethod> method;  ///< with `verify`; not given: swim
  VerifyOptions how;
  std::string plan = "none";  ///< without `verify`: "none" or "all" of the cells, or the file of a write plan
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    v.include(from);
    describe_test_samples(v, samples);
    v.whole("--instances", instances, kCount, "Sampled chips (1000); with --precision the most of them (100000)",
            {.decides = Decides::report});
    v.share("--precision", precision, kOpenShare,
            "Go on until the 95 % intervals of the --quantiles (1% when not given) are no wider than +- this",
            {.decides = Decides::report});
    v.shares("--quantiles", quantiles, kOpenShare, "k of each KPP (0.1%,1%,5%,10%)", {.decides = Decides::report});
    v.shares("--target", targets, kPositiveShare, "Accuracies whose yield is reported", {.decides = Decides::report});
    v.share("--verify", verify, kAnyShare,
            "Share of the write cycles of verifying everything; nothing is verified when not given");
    v.text("--plan", plan, kPlanKind, "Cells to verify: all, none, or a file from nvcim select", kInput);
    v.choice("--method", method, "Which cells are verified: swim, magnitude, random, layer_order (swim)");
    how.describe(v, &verify);
    describe_force(v, force);
  }

  /// How many instances there are, at most where a precision is asked for.
  int asked_instances() const { return instances.value_or(precision ? kMostInstances : kInstances); }
  std::vector<double> reported_quantiles() const {
    return quantiles.empty() ? std::vector<double>{0.001, 0.01, 0.05, 0.1} : quantiles;
  }
  /// Those that `precision` is asked of.
  std::vector<double> precise_quantiles() const { return quantiles.empty() ? std::vector<double>{0.01} : quantiles; }
  mapping::SelectionMethod chosen_by() const { return method.value_or(mapping::SelectionMethod::swim); }
  bool operator==(const MonteCarloOptions&) const = default;
};

}  // namespace nvcim::sim
