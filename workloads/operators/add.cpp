// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "workloads/operators/joining_operator.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

// Elements of a sum that are worked on together: what the compiler keeps in the nearest cache.
constexpr std::size_t kRun = 256;

class Add : public JoiningOperator {
 public:
  const char* report_name() const override { return "sum"; }
  std::string text(const Node& node) const override { return fmt::format("sum of {}", node.join.inputs.size()); }
  std::pair<std::size_t, std::size_t> input_count() const override {
    return {2, std::numeric_limits<std::size_t>::max()};
  }
  int scalings(int inputs) const override { return inputs; }
  double step(const Node& node, std::span<const double> steps) const override {
    return steps[0] / (node.join.inputs[0].multiplier * node.join.requantisation.multiplier);
  }

  void combine(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count,
               std::uint8_t* output) const override {
    double sums[kRun];
    for (std::size_t begin = 0; begin < count; begin += kRun) {
      const std::size_t run = std::min(kRun, count - begin);
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        const double multiplier = node.join.inputs[k].multiplier;
        const int zero_point = node.join.inputs[k].zero_point;
        const std::uint8_t* codes = inputs[k] + begin;
        if (k == 0)
          for (std::size_t i = 0; i < run; ++i) sums[i] = multiplier * (codes[i] - zero_point);
        else
          for (std::size_t i = 0; i < run; ++i) sums[i] += multiplier * (codes[i] - zero_point);
      }
      for (std::size_t i = 0; i < run; ++i) output[begin + i] = requantise(sums[i], 0, node.join.requantisation);
    }
  }
  void compute(const Network& network, int node, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    combine(network.nodes[node], inputs, network.nodes[node].output.size(), output);
  }

 protected:
  const char* identity_word() const override { return "add;"; }
  bool may_join(const Node&, const Shape&) const override { return false; }
  void sums(const DerivativeStep& step, float* sums) const override {
    std::fill_n(sums, step.count(), 0.0f);
    for (int k = 0; k < step.inputs(); ++k) {
      const auto multiplier = static_cast<float>(step.node.join.inputs[k].multiplier);
      const float* in = step.input(k);
      for (std::size_t i = 0; i < step.count(); ++i) sums[i] += multiplier * in[i];
    }
  }
  void pass_back(const DerivativeStep& step, int k, const float* g, float* lower) const override {
    const auto multiplier = static_cast<float>(step.node.join.inputs[k].multiplier);
    for (std::size_t i = 0; i < step.count(); ++i) lower[i] += multiplier * g[i];
  }
};
const Add kAdd;

}  // namespace

const DigitalOperator& operators::add = kAdd;

}  // namespace nvcim::workloads
