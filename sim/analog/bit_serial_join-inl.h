// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: no include guard but Highway's.
#if defined(NVCIM_SIM_ANALOG_BIT_SERIAL_JOIN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NVCIM_SIM_ANALOG_BIT_SERIAL_JOIN_INL_H_
#undef NVCIM_SIM_ANALOG_BIT_SERIAL_JOIN_INL_H_
#else
#define NVCIM_SIM_ANALOG_BIT_SERIAL_JOIN_INL_H_
#endif

#include <hwy/highway.h>

#include "sim/analog/bit_serial_tables-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// joined[vector * stride + output] of columns sorted by plane.
HWY_NOINLINE void join_planes(const Packed& packed, int vectors, const std::int32_t* registers, int register_stride,
                              std::int32_t* joined, int joined_stride) {
  const auto& encoding = *packed.encoding;
  for (int vector = 0; vector < vectors; ++vector) {
    const std::int32_t* own = registers + std::size_t(vector) * register_stride;
    const std::int32_t offset =
        encoding.has_offset_column() ? static_cast<std::int32_t>(encoding.offset_factor) * own[packed.columns - 1] : 0;
    for (int output = 0; output < packed.outputs; output += kLanes32) {
      V32 sum = hn::Set(d32, offset);
      for (int plane = 0; plane < packed.planes; ++plane) {
        const V32 factor = hn::Set(d32, static_cast<std::int32_t>(encoding.factor[plane]));
        sum = hn::Add(sum, hn::Mul(factor, hn::LoadU(d32, own + plane * packed.outputs + output)));
      }
      hn::StoreU(sum, d32, joined + std::size_t(vector) * joined_stride + output);
    }
  }
}

/// The same for columns in physical order.
HWY_NOINLINE void join_neighbours(const Packed& packed, int vectors, const std::int32_t* registers, int register_stride,
                                  std::int32_t* joined, int joined_stride) {
  const auto& encoding = *packed.encoding;
  for (int vector = 0; vector < vectors; ++vector) {
    const std::int32_t* own = registers + std::size_t(vector) * register_stride;
    const std::int64_t offset = encoding.has_offset_column() ? encoding.offset_factor * own[packed.columns - 1] : 0;
    for (int output = 0; output < packed.outputs; ++output) {
      std::int64_t sum = offset;
      for (int plane = 0; plane < packed.planes; ++plane)
        sum += encoding.factor[plane] * own[output * packed.planes + plane];
      joined[std::size_t(vector) * joined_stride + output] = static_cast<std::int32_t>(sum);
    }
  }
}

HWY_NOINLINE void add_joined(int outputs, int vectors, const std::int32_t* joined, int joined_stride, double* sums,
                             std::size_t sum_stride) {
  for (int output = 0; output < outputs; ++output)
    for (int vector = 0; vector < vectors; ++vector)
      sums[output * sum_stride + vector] += joined[std::size_t(vector) * joined_stride + output];
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
