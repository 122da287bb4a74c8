// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/choices.h"

/// Options whose values are names and which no layer below has.
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

}  // namespace nvcim
