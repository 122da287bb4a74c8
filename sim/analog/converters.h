// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "arch/parameters.h"
#include "mapping/plan.h"

/// The analog path of one MVM, shared by both engines (contract C2).
namespace nvcim::sim {

/// How a layer's column sums become codes and codes become a value. One per layer: every block of a layer uses the same
/// range, so code sums add exactly.
///
/// One conversion, all in float with round-half-to-even, never contracted:
///   x    = (float(sum) + noise) * inverse_lsb          (sum: exact integer, |sum| <= 2^24)
///   x    = x * gain + offset + inl(x)                  (skipped when the converter is error-free)
///   code = clamp(nearbyint(x), code_min, code_max)
/// An ideal ADC passes the sum itself: code = sum, no noise rounding except nearbyint(sum + noise).
struct LayerConversion {
  bool ideal = false;
  bool wide = false;      ///< sums may pass 2^24: convert in double instead of float (same formula)
  float inverse_lsb = 1;  ///< 1 / (grid steps per code)
  int code_min = 0;       ///< negative only for ideal_signed, whose converter is bipolar
  int code_max = 255;
  float inl = 0;            ///< peak in LSB: x += inl * 4 t (1 - t), t = x / code_max clamped to 0…1
  bool has_errors = false;  ///< gain or offset differ from 1, 0 or inl != 0
  /// Value of one unit of code sum in units of weight_code * input_code: multiply sums by it, exactly representable
  /// when the range is unit_lsb.
  double value_per_code = 1;
};

/// @param layer  name of its node; has an entry in /adc/layer_full_scale when the range is per_layer (make_plan checks)
LayerConversion make_conversion(const Architecture& architecture, const mapping::WeightEncoding& encoding,
                                const std::string& layer);

/// What both engines hand to workloads::requantise, or add the bias to for a logit.
/// @param sum               code sum of an output over phases, planes and row blocks
/// @param zero_point_share  of the output (sim/analog/zero_point), taken off digitally
inline double layer_value(const LayerConversion& conversion, std::int64_t sum, std::int64_t zero_point_share) {
  return static_cast<double>(sum) * conversion.value_per_code - static_cast<double>(zero_point_share);
}

}  // namespace nvcim::sim
