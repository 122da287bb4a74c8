// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "sim/studies/options/selection_options.h"
#include "sim/studies/worst_case_search.h"

namespace nvcim {

template <>
struct EnumNames<sim::SearchMethod> {
  using enum sim::SearchMethod;
  static constexpr EnumName<sim::SearchMethod> all[] = {
      {pgd, "pgd", "sign descent on margin and cross entropy"},
      {lagrangian, "lagrangian", "relaxation with Adam"},
      {sign, "sign", "ten plain sign steps on cross entropy"},
  };
};

}  // namespace nvcim

namespace nvcim::sim {

/// What is asked of a worst-case study. Its architecture and data are described here, since it takes several networks.
struct WorstCaseOptions : CommonOptions {
  struct Inputs {
    std::string architecture = kSwimArchitecture;
    std::optional<Duplication> duplicate;
    std::vector<std::string> workloads = {kSwimWorkload};
    std::string data;  ///< empty: the first network's own
    QuantiseOptions quantise;
    bool operator==(const Inputs&) const = default;
  };
  Inputs from;
  int samples = 0;
  std::vector<double> bounds = {0.03};  ///< of verified cells. The SWIM papers' tolerance leaves a residual of 0.03.
  std::vector<SearchMethod> methods = {SearchMethod::pgd};
  SearchSplit search_on = SearchSplit::train;
  int search_samples = 0;
  std::vector<double> budgets = {1};  ///< shares of the write cycles of verifying everything (NWC)
  double loose_bound = 0;             ///< of the other cells, when a budget is below 1
  mapping::SelectionMethod selection = mapping::SelectionMethod::swim;
  VerifyOptions how;
  double enough = 0;  ///< share of right samples with which a search may end
  int draws = 0;      ///< Monte Carlo instances of each distribution within the bounds
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    describe_duplicate(v, from.duplicate);
    v.text("ARCH", from.architecture, kArchitectureKind, kArchitectureDoc, {.decides = Decides::input});
    v.texts("--workload", from.workloads, kNetworksKind, "Networks: built-in names or ONNX files",
            {.decides = Decides::input, .required = true});
    v.text("--data", from.data, kDataKind, "Data set or folder; the first network's own when not given",
           {.decides = Decides::input});
    v.include(from.quantise);
    describe_test_samples(v, samples);
    v.shares("--bound", bounds, kAnyShare,
             "Largest deviation of a cell from its target, share of its conductance range", {.required = true});
    v.choices("--method", methods,
              "pgd: sign descent on margin and cross entropy; lagrangian: relaxation with Adam; sign: ten plain sign "
              "steps on cross entropy, a baseline",
              {.required = true});
    v.choice("--search-on", search_on, "train, or test: the samples that are reported on",
             {.decides = Decides::input, .value = "SPLIT"});
    v.whole("--search-samples", search_samples, kCountOrAll, "Samples from the start of that set; 0: all",
            {.decides = Decides::input});
    v.shares("--verify", budgets, kAnyShare,
             "Shares of the write cycles of verifying everything: cells that are verified get --bound, the others "
             "--loose-bound",
             {.required = true});
    v.share("--loose-bound", loose_bound, kAnyShare, "Largest deviation of cells that are not verified",
            {.shows_default = false});
    v.choice("--selection", selection, "Which cells are verified: swim, magnitude, random, layer_order");
    v.include(how);
    v.share("--enough", enough, kAnyShare,
            "Share of right samples at which a search may end; a large network takes long to its worst");
    v.whole("--draws", draws, kCountOrAll,
            "Random chips within the bounds, of each kind: gaussian N(0, bound^2) cut at the bound, uniform, extreme "
            "(plus or minus the bound)",
            {.decides = Decides::report});
    describe_force(v, force);
  }

  /// Whether some cells stay unverified.
  bool selects() const {
    return std::any_of(budgets.begin(), budgets.end(), [](double budget) { return budget < 1; });
  }
  bool operator==(const WorstCaseOptions&) const = default;
};

}  // namespace nvcim::sim
