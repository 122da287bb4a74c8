// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/requantise_row.h"

#include "workloads/reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/functional/requantise_row.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void row(const LayerConversion& conversion, const double* sums, int count, std::int64_t zero_point_share,
         std::int64_t bias, const workloads::Requantisation& parameters, std::uint8_t* codes) {
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  // The operations of workloads::requantise in its order; see there.
  const hn::ScalableTag<double> d;
  const hn::Rebind<std::int32_t, decltype(d)> d32;
  const hn::Rebind<std::uint8_t, decltype(d)> d8;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const double zero_point = parameters.zero_point;
  const auto value_per_code = hn::Set(d, conversion.value_per_code);
  const auto share = hn::Set(d, static_cast<double>(zero_point_share));
  const auto bias_value = hn::Set(d, static_cast<double>(bias));
  const auto multiplier = hn::Set(d, parameters.multiplier);
  const auto low = hn::Set(d, parameters.code_min - zero_point);
  const auto high = hn::Set(d, parameters.code_max - zero_point);
  const auto rounder = hn::Set(d, 6755399441055744.0);
  const auto lift = hn::Set(d, zero_point);
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::Sub(hn::Mul(hn::LoadU(d, sums + i), value_per_code), share);
    const auto scaled = hn::Min(hn::Max(hn::Mul(hn::Add(value, bias_value), multiplier), low), high);
    const auto rounded = hn::Sub(hn::Add(scaled, rounder), rounder);
    hn::StoreU(hn::DemoteTo(d8, hn::DemoteTo(d32, hn::Add(rounded, lift))), d8, codes + i);
  }
#endif
  for (; i < count; ++i)
    codes[i] = workloads::requantise(layer_value(conversion, static_cast<std::int64_t>(sums[i]), zero_point_share),
                                     bias, parameters);
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim::sim {

HWY_EXPORT(row);

void requantise_row(const LayerConversion& conversion, const double* sums, int count, std::int64_t zero_point_share,
                    std::int64_t bias, const workloads::Requantisation& parameters, std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(row)(conversion, sums, count, zero_point_share, bias, parameters, codes);
}

}  // namespace nvcim::sim
#endif
