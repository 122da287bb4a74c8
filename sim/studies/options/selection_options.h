// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/studies/options/describe.h"
#include "sim/studies/options/names.h"
#include "workloads/sensitivity.h"

/// How cells are chosen for verification.
namespace nvcim::sim {

/// Where swim's second derivatives come from. They decide by what they are.
struct CurvatureOptions {
  workloads::SensitivityMethod sensitivity = workloads::SensitivityMethod::recursion;
  int sensitivity_samples = 0;

  /// @param moot_without  as About::moot_without
  template <class V>
  void describe(V& v, const void* moot_without = nullptr) {
    const About about{.decides = Decides::input, .moot_without = moot_without};
    v.choice("--sensitivity", sensitivity, "recursion (one pass) or gauss_newton (exact), for swim", about);
    v.whole("--sensitivity-samples", sensitivity_samples, kCountOrAll,
            "Training samples behind the sensitivity; 0: all", about);
  }
  bool operator==(const CurvatureOptions&) const = default;
};

/// The same, or read from a file.
struct CurvatureOrFileOptions : CurvatureOptions {
  std::string sensitivity_file;

  template <class V>
  void describe(V& v) {
    CurvatureOptions::describe(v);
    v.text("--sensitivity-file", sensitivity_file, kFile, "Sensitivity from nvcim sensitivity instead of measuring it",
           {.decides = Decides::input, .excludes = {&sensitivity, &sensitivity_samples}});
  }
  bool operator==(const CurvatureOrFileOptions&) const = default;
};

/// How cells are chosen where the method has an option of its own.
struct VerifyOptions {
  mapping::Granularity granularity = mapping::Granularity::weight;
  CurvatureOptions curvature;

  /// @param moot_without  as About::moot_without
  template <class V>
  void describe(V& v, const void* moot_without = nullptr) {
    v.choice("--granularity", granularity, "What is verified as a whole", {.moot_without = moot_without});
    curvature.describe(v, moot_without);
  }
  bool operator==(const VerifyOptions&) const = default;
};

/// "swim", "magnitude", "random", "layer_order" or "file:PATH" with scores. @return false for anything else
bool parse_method(const std::string& text, mapping::SelectionMethod& method, std::string& file);
/// What is wrong with such a text. @param more  names that are right as well
std::string method_issue(const std::string& text, const std::vector<std::string>& more = {});
std::string plain_method_issue(const std::string& text);
inline constexpr TextKind kMethodKind{.value = "NAME", .wrong = plain_method_issue, .path_behind = "file:"};

}  // namespace nvcim::sim
