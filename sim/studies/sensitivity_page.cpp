// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/studies/sensitivity.h"

namespace nvcim::sim {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows layer_rows(const SensitivityRequest& request, const SensitivityStudy& study) {
  Rows rows = {{"layer", "weights", "full scale", "mean curvature", "largest", "without, %", "in top 10 %, %"}};
  if (study.other) rows.front().insert(rows.front().end(), {"Spearman", "top 10 % shared, %", "median ratio"});
  for (const SensitivityRow& row : sensitivity_rows(request, study)) {
    rows.push_back({row.name, fmt::format("{}", row.weights),
                    row.full_scale > 0 ? fmt::format("{:.4g}", row.full_scale) : "", fmt::format("{:.3e}", row.mean),
                    fmt::format("{:.3e}", row.largest), fmt::format("{:.1f}", 100 * row.zero_share),
                    fmt::format("{:.1f}", 100 * row.picked_share)});
    if (row.spearman)
      rows.back().insert(rows.back().end(),
                         {fmt::format("{:.3f}", *row.spearman), fmt::format("{:.1f}", 100 * *row.top_overlap),
                          fmt::format("{:.2f}", *row.median_ratio)});
  }
  return rows;
}

Rows convergence_rows(const SensitivityStudy& study) {
  Rows rows = {{"samples", "Spearman", "top 10 % shared, %"}};
  for (const workloads::RankingCheckpoint& at : study.measured.convergence)
    rows.push_back({fmt::format("{}", at.samples), fmt::format("{:.4f}", at.spearman),
                    fmt::format("{:.1f}", 100 * at.top_overlap)});
  return rows;
}

std::string text_table(const Rows& rows, std::size_t left) {
  std::vector<bool> right(rows.front().size(), true);
  std::fill_n(right.begin(), left, false);
  return aligned_table(rows, right);
}

constexpr const char* kComparison =
    "The last three columns hold the recursion against the exact Gauss-Newton diagonal: rank correlation, shared part "
    "of "
    "the largest tenth, median of their ratio.";

}  // namespace

std::string sensitivity_table(const SensitivityRequest& request, const SensitivityStudy& study) {
  return fmt::format("{}: {}\n\n{}\nThe ranking after some of the samples against the one after all\n\n{}",
                     request.network.name, sensitivity_origin(request), text_table(layer_rows(request, study), 1),
                     text_table(convergence_rows(study), 0)) +
         (study.other ? fmt::format("\n{}\n", kComparison) : "");
}

std::string sensitivity_page(const SensitivityRequest& request, const SensitivityStudy& study, const PageTexts& texts) {
  StudyPage page{"sensitivity of the weights", request.network.name, "", sensitivity_origin(request), {}};
  LineChart convergence{{.title = "samples", .unit = "", .logarithmic = true},
                        {.title = "against the ranking after all samples", .unit = "", .max = 1},
                        {{.name = "Spearman's rank correlation"}, {.name = "shared part of the top 10 %", .hue = 1}}};
  for (const workloads::RankingCheckpoint& at : study.measured.convergence) {
    convergence.series[0].points.push_back({double(at.samples), at.spearman});
    convergence.series[1].points.push_back({double(at.samples), at.top_overlap});
  }
  BarChart layers{"share of the layer's weights",
                  "%",
                  {},
                  {{"among the network's most sensitive tenth", {}}, {"without any curvature", {}}}};
  for (const SensitivityRow& row : sensitivity_rows(request, study)) {
    layers.labels.push_back(row.name);
    layers.series[0].values.push_back(row.picked_share);
    layers.series[1].values.push_back(row.zero_share);
  }
  page.sections = {{"Where the sensitive weights lie",
                    study.other ? kComparison : "",
                    {layers, PageTable{layer_rows(request, study)}}},
                   {"How many samples the ranking needs", "", {convergence, PageTable{convergence_rows(study), 0}}}};
  return study_page(page, texts);
}

}  // namespace nvcim::sim
