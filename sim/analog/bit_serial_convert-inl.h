// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: no include guard but Highway's.
#if defined(NVCIM_SIM_ANALOG_BIT_SERIAL_CONVERT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NVCIM_SIM_ANALOG_BIT_SERIAL_CONVERT_INL_H_
#undef NVCIM_SIM_ANALOG_BIT_SERIAL_CONVERT_INL_H_
#else
#define NVCIM_SIM_ANALOG_BIT_SERIAL_CONVERT_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "sim/analog/converters.h"

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The transfer of converters.h up to the clamp, operation by operation as convert() in phase.cpp.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V transfer(D d, const LayerConversion& conversion, V sum, V noise, V gain, V offset) {
  using T = hn::TFromD<D>;
  V x = hn::Mul(hn::Add(sum, noise), hn::Set(d, static_cast<T>(conversion.inverse_lsb)));
  if (conversion.has_errors) {
    const V full_scale = hn::Set(d, static_cast<T>(std::max(conversion.code_max, 1)));
    const V one = hn::Set(d, T{1});
    const V t = hn::Min(hn::Max(hn::Div(x, full_scale), hn::Zero(d)), one);
    const V curve = hn::Mul(hn::Mul(hn::Set(d, T{4}), t), hn::Sub(one, t));
    const V bow = hn::Mul(hn::Set(d, static_cast<T>(conversion.inl)), curve);
    x = hn::Add(hn::Add(hn::Mul(x, gain), offset), bow);
  }
  return hn::Min(hn::Max(x, hn::Set(d, static_cast<T>(conversion.code_min))),
                 hn::Set(d, static_cast<T>(conversion.code_max)));
}

/// Codes of as many columns as there are 32-bit lanes.
template <class DI, class VI = hn::Vec<DI>, class VF = hn::Vec<hn::RebindToFloat<DI>>>
HWY_INLINE VI convert(DI di, const LayerConversion& conversion, VI sum, VF noise, VF gain, VF offset) {
  const hn::RebindToFloat<DI> df;
  if (!conversion.wide) return hn::NearestInt(transfer(df, conversion, hn::ConvertTo(df, sum), noise, gain, offset));
  const hn::Half<DI> dih;
  const hn::Rebind<double, decltype(dih)> dd;
  const hn::Half<decltype(df)> dfh;
  const auto half = [&](auto s, auto n, auto g, auto o) HWY_ATTR {
    const auto x = transfer(dd, conversion, hn::PromoteTo(dd, s), hn::PromoteTo(dd, n), hn::PromoteTo(dd, g),
                            hn::PromoteTo(dd, o));
    // Within ±2^51, adding and taking away 1.5 * 2^52 rounds to nearest even.
    const auto rounder = hn::Set(dd, 6755399441055744.0);
    return hn::DemoteTo(dih, hn::Sub(hn::Add(x, rounder), rounder));
  };
  const auto low =
      half(hn::LowerHalf(dih, sum), hn::LowerHalf(dfh, noise), hn::LowerHalf(dfh, gain), hn::LowerHalf(dfh, offset));
  const auto high =
      half(hn::UpperHalf(dih, sum), hn::UpperHalf(dfh, noise), hn::UpperHalf(dfh, gain), hn::UpperHalf(dfh, offset));
  return hn::Combine(di, high, low);
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
