// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>
#include <span>

#include "arch/normal_quantile.h"

namespace nvcim {

/// What a draw is for. A new effect takes a new value at the end: no other draw moves (contract C3).
enum class Purpose : std::uint32_t {
  programming_variation = 1,
  read_noise = 2,
  stuck_cell = 3,
  device_to_device = 4,
  adc_offset = 5,
  adc_gain = 6,
  training_weights = 7,
  training_order = 8,
  write_outcome = 9,       ///< table row or residual of a whole verified write of one cell
  drift = 10,              ///< a cell's drift exponent or deviation, once per cell
  relaxation = 11,         ///< a cell's relaxation, once per cell
  selection = 12,          ///< order of a random selection
  write_pulse = 13,        ///< one pulse of write-verify of one cell
  verify_read = 14,        ///< noise of one verify read of one cell
  bounded_deviation = 15,  ///< deviation of one cell within a bound
  training_noise = 16,     ///< deviation of one weight in one mini-batch of training
  search_order = 17,       ///< order of the samples in a search for the worst deviations
  validation_noise = 18,   ///< deviation of one weight of one instance that judges a training
};

/// A stateless stream of draws: the key of a Philox4x32-10 generator (Salmon et al., SC 2011) made from
/// (seed, purpose, instance, layer, copy). Draws inside it are addressed by (row, column, use, sample), so they do not
/// depend on order, threads, tiling or placement: rows and columns are those of the layer's whole cell matrix.
class DrawStream {
 public:
  using Block = std::array<std::uint32_t, 4>;

  DrawStream(std::uint64_t seed, Purpose purpose, std::uint32_t instance, std::uint32_t layer, std::uint32_t copy) {
    const r123::Philox4x32 generator;
    const auto mixed = generator({{static_cast<std::uint32_t>(purpose), instance, layer, copy}},
                                 {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}});
    key_ = {mixed[0], mixed[1]};
  }

  /// 128 random bits at one address.
  Block block(std::uint32_t row, std::uint32_t column, std::uint32_t use = 0, std::uint32_t sample = 0) const {
    const r123::Philox4x32 generator;
    const auto bits = generator({{row, column, use, sample}}, {{key_[0], key_[1]}});
    return {bits[0], bits[1], bits[2], bits[3]};
  }

  /// Uniform in (0, 1), 32 bits: never 0 or 1.
  static double uniform(std::uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; }

  /// Four independent N(0, 1) draws for columns 4·column_group … +3 of a row; |draw| <= 6.34.
  std::array<double, 4> normals(std::uint32_t row, std::uint32_t column_group, std::uint32_t use = 0,
                                std::uint32_t sample = 0) const {
    const Block bits = block(row, column_group, use, sample);
    const NormalQuantile& quantile = NormalQuantile::instance();
    return {quantile(bits[0]), quantile(bits[1]), quantile(bits[2]), quantile(bits[3])};
  }
  /// The same numbers for the columns from 4·first_group on, as many as `values` takes, several times faster.
  void normals(std::uint32_t row, std::uint32_t first_group, std::uint32_t use, std::uint32_t sample,
               std::span<double> values) const;

  std::array<std::uint32_t, 2> key() const { return key_; }  ///< for vectorised kernels

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace nvcim
