// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/linear.h"

#include <algorithm>
#include <cstdlib>

#include "arch/check.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/analog/linear.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kColumns = 8;  // of a block: outputs_per_block * limbs, the rest 0

#if HWY_TARGET == HWY_SCALAR

void product(const LinearLayer::Packed& packed, const std::uint8_t* inputs, std::size_t input_stride, int vectors,
             double* sums, std::size_t sum_stride, AlignedBuffer<std::int32_t>&) {
  for (int output = 0; output < packed.outputs; ++output)
    for (int vector = 0; vector < vectors; ++vector) {
      std::int64_t sum = 0;
      for (int limb = 0; limb < packed.limbs; ++limb) {
        const int column = output % packed.outputs_per_block * packed.limbs + limb;
        const std::int32_t* weights =
            packed.weights.data() + std::size_t(output / packed.outputs_per_block) * packed.pairs() * kColumns + column;
        std::int64_t part = 0;
        for (int row = 0; row < packed.rows; ++row) {
          const std::uint32_t pair = static_cast<std::uint32_t>(weights[row / 2 * kColumns]);
          part += std::int64_t{static_cast<std::int16_t>(row % 2 ? pair >> 16 : pair)} *
                  inputs[row * input_stride + vector];
        }
        sum += part * (std::int64_t{1} << (limb * packed.limb_bits));
      }
      sums[output * sum_stride + vector] = static_cast<double>(sum);
    }
}

#else

const hn::ScalableTag<std::int32_t> d32;
const hn::Repartition<std::int16_t, decltype(d32)> d16;
const hn::Half<decltype(d32)> d32h;
const hn::Rebind<double, decltype(d32h)> d64;
const hn::Rebind<std::uint8_t, decltype(d32)> d8;
using V32 = hn::Vec<decltype(d32)>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(d32));
constexpr int kWide = HWY_TARGET == HWY_AVX3 ? 2 : 1;  // 16 accumulators fit only where there are 32 registers
constexpr int kVectors = kWide * kLanes;

/// Two input codes of neighbouring rows in each 32-bit lane: [pairs][kVectors].
HWY_INLINE void pair_inputs(const std::uint8_t* inputs, std::size_t stride, int rows, int vectors, std::int32_t* out) {
  const int full = vectors >= kVectors ? kVectors : 0;
  for (int row = 0; row < rows; row += 2, out += kVectors) {
    const std::uint8_t* low = inputs + row * stride;
    const std::uint8_t* high = low + stride;
    if (full && row + 1 < rows) {
      for (int v = 0; v < kWide; ++v) {
        const V32 a = hn::PromoteTo(d32, hn::LoadU(d8, low + v * kLanes));
        const V32 b = hn::PromoteTo(d32, hn::LoadU(d8, high + v * kLanes));
        hn::Store(hn::Or(a, hn::ShiftLeft<16>(b)), d32, out + v * kLanes);
      }
    } else {
      for (int i = 0; i < kVectors; ++i) {
        const int a = i < vectors ? low[i] : 0;
        const int b = i < vectors && row + 1 < rows ? high[i] : 0;
        out[i] = a | b << 16;
      }
    }
  }
}

/// sums of one output over the limbs' 32-bit sums.
HWY_INLINE void join_limbs(const LinearLayer::Packed& packed, const std::int32_t* parts, int vectors, double* sums) {
  constexpr int kHalf = kLanes / 2;
  double scale[kColumns];
  for (int limb = 0; limb < packed.limbs; ++limb)
    scale[limb] = static_cast<double>(std::int64_t{1} << (limb * packed.limb_bits));
  int i = 0;
  for (; i + kHalf <= vectors; i += kHalf) {
    auto sum = hn::PromoteTo(d64, hn::LoadU(d32h, parts + i));
    for (int limb = 1; limb < packed.limbs; ++limb)
      sum = hn::Add(
          sum, hn::Mul(hn::PromoteTo(d64, hn::LoadU(d32h, parts + limb * kVectors + i)), hn::Set(d64, scale[limb])));
    hn::StoreU(sum, d64, sums + i);
  }
  for (; i < vectors; ++i) {
    double sum = 0;
    for (int limb = 0; limb < packed.limbs; ++limb) sum += parts[limb * kVectors + i] * scale[limb];
    sums[i] = sum;
  }
}

void product(const LinearLayer::Packed& packed, const std::uint8_t* inputs, std::size_t input_stride, int vectors,
             double* sums, std::size_t sum_stride, AlignedBuffer<std::int32_t>& scratch) {
  std::int32_t* paired = scratch.reserve(std::size_t(packed.pairs()) * kVectors);
  HWY_ALIGN std::int32_t parts[kColumns * kVectors];
  for (int begin = 0; begin < vectors; begin += kVectors) {
    const int count = std::min(kVectors, vectors - begin);
    pair_inputs(inputs + begin, input_stride, packed.rows, count, paired);
    for (int block = 0; block < packed.blocks(); ++block) {
      const std::int32_t* weights = packed.weights.data() + std::size_t(block) * packed.pairs() * kColumns;
      V32 even[kColumns][kWide], odd[kColumns][kWide];  // Highway may split a pair's sum between the two
      for (int c = 0; c < kColumns; ++c)
        for (int v = 0; v < kWide; ++v) even[c][v] = odd[c][v] = hn::Zero(d32);
      for (int pair = 0; pair < packed.pairs(); ++pair, weights += kColumns) {
        hn::Vec<decltype(d16)> input[kWide];
        for (int v = 0; v < kWide; ++v)
          input[v] = hn::BitCast(d16, hn::Load(d32, paired + pair * kVectors + v * kLanes));
        HWY_UNROLL(8)
        for (int c = 0; c < kColumns; ++c) {
          const auto weight = hn::BitCast(d16, hn::Set(d32, weights[c]));
          for (int v = 0; v < kWide; ++v)
            even[c][v] = hn::ReorderWidenMulAccumulate(d32, input[v], weight, even[c][v], odd[c][v]);
        }
      }
      for (int c = 0; c < kColumns; ++c)
        for (int v = 0; v < kWide; ++v)
          hn::Store(hn::RearrangeToOddPlusEven(even[c][v], odd[c][v]), d32, parts + c * kVectors + v * kLanes);
      for (int i = 0; i < packed.outputs_per_block; ++i) {
        const int output = block * packed.outputs_per_block + i;
        if (output < packed.outputs)
          join_limbs(packed, parts + i * packed.limbs * kVectors, count, sums + output * sum_stride + begin);
      }
    }
  }
}

#endif  // HWY_TARGET

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim::sim {

HWY_EXPORT(product);

LinearLayer::LinearLayer(int rows, int outputs) : weights_(std::size_t(rows) * outputs, 0) {
  packed_.rows = rows;
  packed_.outputs = outputs;
}

void LinearLayer::add_block(const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                            const mapping::WeightEncoding& encoding) {
  const int planes = encoding.planes();
  std::vector<std::int32_t> factors(encoding.factor.begin(), encoding.factor.end());
  for (int row = 0; row < block.rows; ++row) {
    const std::int16_t* codes = &cells.codes[std::size_t(row) * block.columns];
    std::int32_t* to = &weights_[std::size_t(block.row_begin + row) * packed_.outputs + block.output_begin];
    const std::int32_t offset =
        encoding.has_offset_column() ? static_cast<std::int32_t>(encoding.offset_factor) * codes[block.columns - 1] : 0;
    for (int output = 0; output < block.outputs; ++output) {
      std::int32_t weight = offset;
      for (int plane = 0; plane < planes; ++plane) weight += factors[plane] * codes[output * planes + plane];
      to[output] = weight;
    }
  }
}

void LinearLayer::pack() {
  Packed& packed = packed_;
  std::int64_t largest = 1;
  for (std::int32_t weight : weights_) largest = std::max<std::int64_t>(largest, std::abs(std::int64_t{weight}));
  // rows * 255 * 2^(limb_bits - 1) stays below 2^31.
  packed.limb_bits = 1;
  while (packed.limb_bits < 15 && (std::int64_t{packed.rows + 1} * 255 << packed.limb_bits) < (std::int64_t{1} << 31))
    ++packed.limb_bits;
  // A limb of b bits lies in -2^(b-1)…2^(b-1)-1; the highest takes what is left.
  packed.limbs = 1;
  while ((std::int64_t{1} << (packed.limbs * packed.limb_bits - 1)) <= largest + (largest >> 1)) ++packed.limbs;
  NVCIM_CHECK(packed.limbs <= 8, "weights of magnitude {} over {} rows", largest, packed.rows);
  packed.outputs_per_block = 8 / packed.limbs;

  const int pairs = packed.pairs();
  packed.weights.reserve_zeroed(std::size_t(packed.blocks()) * pairs * 8);
  const std::int32_t base = 1 << packed.limb_bits, half = base >> 1;
  for (int row = 0; row < packed.rows; ++row)
    for (int output = 0; output < packed.outputs; ++output) {
      std::int32_t rest = weights_[std::size_t(row) * packed.outputs + output];
      std::int32_t* to = packed.weights.data() +
                         (std::size_t(output / packed.outputs_per_block) * pairs + row / 2) * 8 +
                         output % packed.outputs_per_block * packed.limbs;
      for (int limb = 0; limb < packed.limbs; ++limb) {
        const bool last = limb + 1 == packed.limbs;
        const std::int32_t piece = last ? rest : ((rest + half) & (base - 1)) - half;
        rest = (rest - piece) >> packed.limb_bits;
        const std::uint32_t word = static_cast<std::uint16_t>(piece);
        to[limb] = static_cast<std::int32_t>(static_cast<std::uint32_t>(to[limb]) | (row % 2 ? word << 16 : word));
      }
    }
  weights_.clear();
  weights_.shrink_to_fit();
}

void LinearLayer::multiply(const std::uint8_t* inputs, std::size_t input_stride, int vectors, double* sums,
                           std::size_t sum_stride, AlignedBuffer<std::int32_t>& scratch) const {
  HWY_DYNAMIC_DISPATCH(product)(packed_, inputs, input_stride, vectors, sums, sum_stride, scratch);
}

}  // namespace nvcim::sim
#endif
