// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "sim/studies/options/selection_options.h"

namespace nvcim::sim {

/// One way to choose what is verified.
struct SweepMethod {
  mapping::SelectionMethod method = mapping::SelectionMethod::swim;
  mapping::Granularity granularity = mapping::Granularity::weight;
  mapping::SelectionOrder order = mapping::SelectionOrder::per_cycle;
  /// Training on the chip instead of verifying it (sim/studies/in_situ.h); the rest does not matter then.
  bool in_situ = false;
  std::string file{};  ///< of scores, for SelectionMethod::file
  /// Whether the user named them; else SweepOptions say what they are.
  bool has_granularity = false, has_order = false;

  std::string name() const;  ///< "swim", "swim/row", "swim/cell/per_time", "in_situ"
  bool operator==(const SweepMethod&) const = default;
};

/// "swim", "swim/row", "magnitude/weight/per_time", "file:PATH", "in_situ".
template <>
struct CodedOption<SweepMethod> {
  static std::string wrong(const std::string& text);
  static SweepMethod value(const std::string& text);
  static std::string text(const SweepMethod& method);
};
inline constexpr TextKind kSweepMethodKind{
    .value = "NAME,…", .wrong = CodedOption<SweepMethod>::wrong, .path_behind = "file:"};

/// What is asked of a sweep.
struct SweepOptions : CommonOptions {
  InputOptions from{.architecture = kSwimArchitecture, .workload = kSwimWorkload};
  int samples = 0;
  std::vector<double> budgets = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  std::vector<SweepMethod> methods = {
      {mapping::SelectionMethod::swim}, {mapping::SelectionMethod::magnitude}, {mapping::SelectionMethod::random}};
  mapping::Granularity granularity = mapping::Granularity::weight;  ///< of methods that do not say
  mapping::SelectionOrder order = mapping::SelectionOrder::per_cycle;
  CurvatureOrFileOptions curvature_from;
  int instances = 10;
  double within = 0.005;  ///< accuracy may lie so far below that of verifying everything and count as equal
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    v.include(from);
    describe_test_samples(v, samples);
    v.shares("--budgets", budgets, kAnyShare, "Shares of the write cycles of verifying everything",
             {.shows_default = false, .required = true});
    v.coded(
        "--methods", methods, kSweepMethodKind,
        "swim, magnitude, random, layer_order, file:PATH with scores, in_situ (training on the chip); a granularity "
        "and an order may follow: swim/row, swim/weight/per_time",
        {.shows_default = false, .required = true});
    v.choice("--granularity", granularity, "What is verified as a whole, where a method does not say");
    v.choice("--order", order, "per_cycle: gain per write cycle; per_time: per time that it adds to its row");
    v.include(curvature_from);
    v.whole("--instances", instances, kCount, "Sampled chips", {.decides = Decides::report});
    v.share("--within", within, kAnyShare,
            "What counts as equal to verifying everything in the closing table: accuracy may lie so far below (0.5%)",
            {.decides = Decides::report, .shows_default = false});
    describe_force(v, force);
  }
  bool operator==(const SweepOptions&) const = default;
};

/// Gives methods that do not say it the granularity and the order of the options.
void complete_methods(SweepOptions& options);

}  // namespace nvcim::sim
