// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/verify_until.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "sim/engine.h"
#include "sim/studies/options/option_list.h"
#include "sim/studies/select/request.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

double share_correct(const std::vector<int>& predicted, const std::vector<std::uint8_t>& labels) {
  int correct = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) correct += predicted[i] == labels[i];
  return double(correct) / double(predicted.size());
}

double reference_accuracy(const VerifyUntilRequest& request) {
  const int samples = request.validation.samples();
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(request.network, request.validation.pixels, samples, request.threads);
  const std::size_t classes = request.network.classes();
  std::vector<int> predicted;
  for (int s = 0; s < samples; ++s)
    predicted.push_back(workloads::predicted_class(std::span(logits).subspan(s * classes, classes)));
  return share_correct(predicted, request.validation.labels);
}

}  // namespace

VerifyUntilResult verify_until(const VerifyUntilRequest& request) {
  std::vector<InputIssue> issues;
  const SelectOptions asked;
  const auto name = [&](const auto& member) { return option_name(asked, &member); };
  if (request.accuracy.has_value() == request.drop.has_value())
    issues.push_back({name(asked.until_accuracy), "", "give it or " + name(asked.until_drop)});
  if (!(request.group > 0 && request.group <= 1))
    issues.push_back(
        {name(asked.group), "", fmt::format("{} is not a share{}", request.group, range_text(kPositiveShare))});
  if (request.validation.samples() < 1 || request.validation.shape != request.network.input)
    issues.push_back({name(asked.from.data), "", "no samples, or of another shape than the network's input"});
  if (!issues.empty()) throw InputError(std::move(issues));

  VerifyUntilResult result;
  result.target = request.accuracy ? *request.accuracy : reference_accuracy(request) - *request.drop;
  for (int groups = 0;; ++groups) {
    const double share = std::min(groups * request.group, request.budget);
    VerifyStep& step = result.steps.emplace_back();
    step.units = request.selection.units_within(share);
    step.nwc = request.selection.nwc(step.units);
    const mapping::ChipInstance chip =
        mapping::program(request.architecture, request.network, request.plan, request.selection.first(step.units),
                         request.seed, request.instance, request.threads);
    EngineOptions options;
    options.threads = request.threads;
    const ChipRun run{request.architecture, request.network, request.plan, chip};
    step.accuracy =
        share_correct(run_functional(run, request.validation.pixels, request.validation.samples(), options).predicted,
                      request.validation.labels);
    result.met = step.accuracy >= result.target;
    if (result.met || share >= std::min(request.budget, 1.0)) return result;
  }
}

}  // namespace nvcim::sim
