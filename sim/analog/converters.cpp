// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/converters.h"

#include <algorithm>

#include "arch/check.h"

namespace nvcim::sim {

LayerConversion make_conversion(const Architecture& architecture, const mapping::WeightEncoding& encoding,
                                const std::string& layer) {
  const AdcParameters& adc = architecture.adc;
  const std::int64_t digit_max = (std::int64_t{1} << architecture.dac.bits) - 1;
  const bool bipolar = encoding.encoding == Encoding::ideal_signed;
  const int grid = encoding.grid_per_level;

  LayerConversion conversion;
  // Programmed codes are clipped to twice the highest level, so no column sum passes this.
  const std::int64_t code_bound = std::min<std::int64_t>(std::int64_t{2} * encoding.max_level * grid, 32767);
  conversion.wide = architecture.crossbar.rows * digit_max * code_bound > (std::int64_t{1} << 24);

  if (adc.model == AdcModel::ideal) {
    conversion.ideal = true;
    conversion.value_per_code = 1.0 / grid;
    return conversion;
  }

  conversion.code_min = bipolar ? -(1 << (adc.bits - 1)) : 0;
  conversion.code_max = bipolar ? (1 << (adc.bits - 1)) - 1 : (1 << adc.bits) - 1;
  const int full_scale_code = std::max(conversion.code_max, 1);  // a one-bit bipolar converter has codes -1 and 0
  double levels_per_code = 1;
  switch (adc.range) {
    case AdcRange::unit_lsb:
      break;
    case AdcRange::worst_case:
      levels_per_code =
          static_cast<double>(architecture.crossbar.rows * digit_max * encoding.max_level) / full_scale_code;
      break;
    case AdcRange::full_scale_levels:
      levels_per_code = adc.full_scale_levels / full_scale_code;
      break;
    case AdcRange::per_layer: {
      const auto full_scale = adc.layer_full_scale.find(layer);
      NVCIM_CHECK(full_scale != adc.layer_full_scale.end(), "layer {} has no full scale", layer);
      levels_per_code = static_cast<double>(full_scale->second) / full_scale_code;
      break;
    }
  }
  conversion.inverse_lsb = static_cast<float>(1 / (levels_per_code * grid));
  conversion.value_per_code = levels_per_code;
  conversion.inl = static_cast<float>(adc.inl);
  conversion.has_errors = adc.inl != 0 || adc.gain_sigma != 0 || adc.offset_sigma != 0;
  return conversion;
}

}  // namespace nvcim::sim
