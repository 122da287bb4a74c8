// SPDX-License-Identifier: Apache-2.0
#include "tests/monte_carlo/small_study.h"

#include "arch/load.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {

MonteCarloRequest small_study() {
  constexpr int kSamples = 40;
  MonteCarloRequest request;
  request.architecture = load_architecture("swim_paper");
  request.architecture.device.sigma = 0.6;
  request.network = testing::NetworkBuilder({1, 6, 6}, 8, 4).linear(12, 4).logits(5, 4);
  request.data.name = "random";
  request.data.shape = request.network.input;
  request.data.classes = 5;
  request.data.pixels = testing::random_images(request.network, kSamples, 2);
  const std::vector<std::int64_t> logits = workloads::reference_logits(request.network, request.data.pixels, kSamples);
  for (int s = 0; s < kSamples; ++s)
    request.data.labels.push_back(
        static_cast<std::uint8_t>(workloads::predicted_class(std::span(logits).subspan(std::size_t(s) * 5, 5))));
  for (const workloads::Node& node : request.network.nodes) {
    std::vector<double>& of_node = request.curvature.emplace_back();
    for (std::int16_t weight : node.mvm.weights) of_node.push_back(weight * weight);
  }
  request.instances = 12;
  return request;
}

}  // namespace nvcim::sim
