// SPDX-License-Identifier: Apache-2.0
#include "arch/random.h"

#include <algorithm>

#include "arch/philox_keys.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arch/random.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#if HWY_TARGET != HWY_SCALAR
#include "arch/philox-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace nvcim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

void column_bits(const DrawStream& stream, const PhiloxKeys&, const DrawStream::Block& first, int groups,
                 std::uint32_t* bits) {
  for (int group = 0; group < groups; ++group) {
    const DrawStream::Block own =
        stream.block(first[0], first[1] + static_cast<std::uint32_t>(group), first[2], first[3]);
    std::copy(own.begin(), own.end(), bits + 4 * group);
  }
}

#else

/// Bits of `groups` column groups from the address `first` on, rounded up to whole vectors of at most 8.
void column_bits(const DrawStream&, const PhiloxKeys& keys, const DrawStream::Block& first, int groups,
                 std::uint32_t* bits) {
  const hn::CappedTag<std::uint64_t, 8> d64;
  const int lanes = static_cast<int>(hn::Lanes(d64));
  const auto row = hn::Set(d64, std::uint64_t{first[0]}), use = hn::Set(d64, std::uint64_t{first[2]});
  const auto sample = hn::Set(d64, std::uint64_t{first[3]});
  auto* words = reinterpret_cast<std::uint64_t*>(bits);
  for (int group = 0; group < groups; group += lanes) {
    const auto column = hn::Add(hn::Iota(d64, 0), hn::Set(d64, std::uint64_t{first[1]} + group));
    hn::Vec<decltype(d64)> low, high;
    philox(d64, row, column, use, sample, keys, low, high);
    hn::StoreInterleaved2(low, high, d64, words + 2 * group);
  }
}

#endif

}  // namespace nvcim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim {

HWY_EXPORT(column_bits);

void DrawStream::normals(std::uint32_t row, std::uint32_t first_group, std::uint32_t use, std::uint32_t sample,
                         std::span<double> values) const {
  constexpr std::size_t kAtOnce = 256;  // values; a multiple of what the widest vectors fill
  alignas(64) std::array<std::uint32_t, kAtOnce> bits;
  const PhiloxKeys keys = philox_keys(key_);
  const NormalQuantile& quantile = NormalQuantile::instance();
  for (std::size_t begin = 0; begin < values.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, values.size() - begin);
    const Block first{row, first_group + static_cast<std::uint32_t>(begin / 4), use, sample};
    HWY_DYNAMIC_DISPATCH(column_bits)(*this, keys, first, static_cast<int>((count + 3) / 4), bits.data());
    for (std::size_t i = 0; i < count; ++i) values[begin + i] = quantile(bits[i]);
  }
}

}  // namespace nvcim
#endif
