// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workloads/lowering.h"
#include "workloads/network.h"

/// From real values to integer codes, after training. Weights are symmetric, one scale per layer or per output; maps
/// have unsigned codes with a zero point, one scale per map; biases are integers in steps of weight times input.
namespace nvcim::workloads {

/// Least and largest real value that a map's codes hold. 0 is always within.
struct ValueRange {
  double low = 0, high = 0;
};

/// How a network in floating point is to be quantised.
struct Quantisation {
  int weight_bits = 8;  ///< 2..8
  /// One scale for the weights of every output (its largest weight is the largest code) but in the last layer, whose
  /// sums are compared as they are. Else one for the layer.
  bool per_channel = false;
  int activation_bits = 8;  ///< 2..8, of all maps but the image, which keeps 8
  /// By name of the graph's node: of every node in Lowered::calibrated(). Of the input: else from its pixels.
  std::map<std::string, ValueRange> ranges;
  std::string data;            ///< data set that the ranges come from, or empty
  double float_accuracy = -1;  ///< before, on the whole test set, or -1 where unknown
};

/// Steps of a map: real value = (code - zero_point) * scale.
struct MapScale {
  double scale = 1;
  int zero_point = 0;
  int bits = 8;

  int largest() const { return (1 << bits) - 1; }
  /// The nearest code; halves to even.
  int code(double value) const;
  bool operator==(const MapScale&) const = default;
};

/// The scale whose codes hold `range` and 0; of a map that is 0 everywhere, 1.
MapScale map_scale(ValueRange range, int bits);

/// The quantised network. Maps that only pass through (pools, rearrangements, concatenations) keep the scale of what
/// they read, so the maps of a concatenation share one.
/// Errors: InputError where a range is missing or not finite, bits outside 2..8.
Network quantise(const Lowered& lowered, const Quantisation& quantisation);

/// The same with every range set to ±1: shapes, places and costs, but no meaningful values.
Network quantise_shape(const Lowered& lowered, int weight_bits, int activation_bits);

}  // namespace nvcim::workloads
