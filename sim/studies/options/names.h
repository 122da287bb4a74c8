// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/choices.h"
#include "mapping/selection/selection.h"
#include "workloads/calibration.h"
#include "workloads/sensitivity.h"
#include "workloads/training_noise.h"

/// Names of values of options.
namespace nvcim {

namespace sim {

/// Which engines work.
enum class Engines { functional, systemc, both };
/// How many scales the weights of a layer have.
enum class WeightScales { tensor, channel };
/// Samples to search on.
enum class SearchSplit { train, test };

}  // namespace sim

template <>
struct EnumNames<sim::Engines> {
  static constexpr EnumName<sim::Engines> all[] = {
      {sim::Engines::functional, "functional", "batched, without times"},
      {sim::Engines::systemc, "systemc", "cycle by cycle"},
      {sim::Engines::both, "both", "the two, compared"},
  };
};
template <>
struct EnumNames<sim::WeightScales> {
  static constexpr EnumName<sim::WeightScales> all[] = {
      {sim::WeightScales::tensor, "tensor", "one for the layer"},
      {sim::WeightScales::channel, "channel", "one per output channel"},
  };
};
template <>
struct EnumNames<sim::SearchSplit> {
  static constexpr EnumName<sim::SearchSplit> all[] = {
      {sim::SearchSplit::train, "train", "the training set"},
      {sim::SearchSplit::test, "test", "the samples that are reported on"},
  };
};
/// Without a file of scores, which is no name.
template <>
struct EnumNames<mapping::SelectionMethod> {
  using enum mapping::SelectionMethod;
  static constexpr EnumName<mapping::SelectionMethod> all[] = {
      {swim, "swim", "largest second derivative first"},
      {magnitude, "magnitude", "largest weight first"},
      {random, "random", "in an order that is drawn"},
      {layer_order, "layer_order", "layer by layer"},
  };
};
template <>
struct EnumNames<mapping::Granularity> {
  using enum mapping::Granularity;
  static constexpr EnumName<mapping::Granularity> all[] = {
      {weight, "weight", "the cells of a weight"},
      {cell, "cell", "every cell by itself"},
      {row, "row", "the cells of a row of a crossbar"},
      {crossbar, "crossbar", "the cells of a crossbar"},
  };
};
template <>
struct EnumNames<mapping::SelectionOrder> {
  using enum mapping::SelectionOrder;
  static constexpr EnumName<mapping::SelectionOrder> all[] = {
      {per_cycle, "per_cycle", "gain per write cycle"},
      {per_time, "per_time", "gain per time that it adds to its row"},
  };
};
template <>
struct EnumNames<workloads::SensitivityMethod> {
  using enum workloads::SensitivityMethod;
  static constexpr EnumName<workloads::SensitivityMethod> all[] = {
      {recursion, "recursion", "one backward pass without cross terms"},
      {gauss_newton, "gauss_newton", "exact diagonal, one backward pass per class"},
  };
};
template <>
struct EnumNames<workloads::RangeMethod> {
  using enum workloads::RangeMethod;
  static constexpr EnumName<workloads::RangeMethod> all[] = {
      {maximum, "max", "the largest value"},
      {percentile, "percentile", "what 99.99 % of the values do not exceed"},
      {squared_error, "mse", "least squared error"},
  };
};
template <>
struct EnumNames<workloads::WeightNoise> {
  using enum workloads::WeightNoise;
  static constexpr EnumName<workloads::WeightNoise> all[] = {
      {none, "none", "no noise"},
      {gaussian, "gaussian", "normal"},
      {trice, "trice", "normal, right tail censored"},
      {left_censored, "left_censored", "normal, left tail censored"},
      {both_sides, "both_sides", "normal, both tails censored"},
  };
};

}  // namespace nvcim
