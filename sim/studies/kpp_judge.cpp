// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/kpp_judge.h"

#include <fmt/format.h>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/load.h"
#include "arch/random.h"
#include "sim/stats/quantile.h"
#include "sim/studies/monte_carlo.h"
#include "sim/studies/options/option_list.h"
#include "sim/studies/train/request.h"

namespace nvcim::sim {

double KppJudge::operator()(const workloads::Network& network, int epoch) const {
  MonteCarloRequest request;
  request.architecture = architecture;
  request.network = network;
  request.data = data;
  request.instances = instances;
  request.quantiles = {share};
  // Chips that change with the epoch, so that no training fits one sample of them.
  const auto bits = DrawStream(seed, Purpose::validation_noise, 0, 0, 0).block(static_cast<std::uint32_t>(epoch), 0);
  request.seed = std::uint64_t{bits[0]} << 32 | bits[1];
  request.threads = threads;
  OneProcess alone;
  return run_monte_carlo(request, alone).kpp.front().accuracy.value;
}

std::string KppJudge::identity() const {
  const std::string text = to_json_without_comments(architecture).dump();
  return fmt::format("{:016x} {} {} {} {}", fingerprint(text.data(), text.size()), data.samples(), instances, share,
                     seed);
}

void check(const KppJudge& judge) {
  std::vector<InputIssue> issues;
  const TrainOptions asked;
  if (judge.data.samples() == 0) issues.push_back({judge.data.name, "", "holds no sample to judge by"});
  if (!(judge.share > 0 && judge.share < 1))
    issues.push_back(
        {option_name(asked, &asked.noise.kpp), "", fmt::format("{:.6g} is not between 0 and 100", 100 * judge.share)});
  else if (judge.instances < draws_to_resolve(judge.share))
    issues.push_back({option_name(asked, &asked.noise.instances), "",
                      fmt::format("{} cannot resolve the {:.6g} % KPP: it needs {} or more", judge.instances,
                                  100 * judge.share, draws_to_resolve(judge.share))});
  if (!issues.empty()) throw InputError(std::move(issues));
}

workloads::Dataset hold_out(workloads::Dataset& data, int samples, const std::string& option) {
  if (samples >= data.samples())
    throw InputError(option, "", fmt::format("{} of {} samples leaves none to train on", samples, data.samples()));
  workloads::Dataset held = data;
  const auto kept = static_cast<std::ptrdiff_t>(data.samples() - samples);
  const std::ptrdiff_t size = data.shape.size();
  held.labels.erase(held.labels.begin(), held.labels.begin() + kept);
  held.pixels.erase(held.pixels.begin(), held.pixels.begin() + kept * size);
  data.labels.resize(static_cast<std::size_t>(kept));
  data.pixels.resize(static_cast<std::size_t>(kept * size));
  return held;
}

}  // namespace nvcim::sim
