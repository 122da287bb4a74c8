// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {

/// What add and multiply share: maps of one shape, joined element by element and rounded once (JoinLayer).
class JoiningOperator : public DigitalOperator {
 public:
  DigitalUnit unit() const override { return DigitalUnit::activation; }
  bool is_epilogue() const override { return false; }
  std::string input_fault(const Node& node, std::size_t inputs) const override;
  void check(const NodeCheck& check) const override;
  MapCodes codes_read(const Node& node, std::size_t k) const override;
  std::pair<int, int> codes_given(const Node& node) const override;
  void identify(const Node& node, IdentityText& text) const override;
  void prepare(const Node& node, std::size_t count, DerivativeStep::Saved& saved) const override;
  void forward(DerivativeStep& step) const override;
  void backward(DerivativeStep& step) const override;

 protected:
  virtual const char* identity_word() const = 0;
  /// Whether a map that is not the first may have this shape.
  virtual bool may_join(const Node& node, const Shape& map) const = 0;
  /// What is rounded, before the multiplier of the requantisation. @param sums  [step.count()]
  virtual void sums(const DerivativeStep& step, float* sums) const = 0;
  /// Adds what the k-th input gets of `g` (to what is rounded) to `lower`.
  virtual void pass_back(const DerivativeStep& step, int k, const float* g, float* lower) const = 0;
};

}  // namespace nvcim::workloads
