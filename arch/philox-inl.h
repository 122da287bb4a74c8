// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: no include guard but Highway's.
#if defined(NVCIM_ARCH_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NVCIM_ARCH_PHILOX_INL_H_
#undef NVCIM_ARCH_PHILOX_INL_H_
#else
#define NVCIM_ARCH_PHILOX_INL_H_
#endif

#include <hwy/highway.h>

#include "arch/philox_keys.h"

HWY_BEFORE_NAMESPACE();
namespace nvcim::HWY_NAMESPACE {

/// Philox4x32-10 (arch/random.h) in as many counters as there are 64-bit lanes. Words live in the lower halves of the
/// lanes; the upper halves carry what the multiplications leave there and are never read.
/// @param low, high  words 0 and 1, words 2 and 3 of each counter's block, the first in the lower half
template <class D64, class V64 = hwy::HWY_NAMESPACE::Vec<D64>>
HWY_INLINE void philox(D64 d64, V64 c0, V64 c1, V64 c2, V64 c3, const PhiloxKeys& keys, V64& low, V64& high) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Repartition<std::uint32_t, D64> words;
  const auto m0 = hn::BitCast(words, hn::Set(d64, 0xD2511F53u));
  const auto m1 = hn::BitCast(words, hn::Set(d64, 0xCD9E8D57u));
  for (const auto& key : keys) {
    const V64 p0 = hn::MulEven(hn::BitCast(words, c0), m0);
    const V64 p1 = hn::MulEven(hn::BitCast(words, c2), m1);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(d64, key[0]));
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(d64, key[1]));
    c1 = p1;
    c3 = p0;
  }
  const V64 mask = hn::Set(d64, 0xffffffffu);
  low = hn::Or(hn::And(c0, mask), hn::ShiftLeft<32>(c1));
  high = hn::Or(hn::And(c2, mask), hn::ShiftLeft<32>(c3));
}

}  // namespace nvcim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
