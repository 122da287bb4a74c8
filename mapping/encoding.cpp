// SPDX-License-Identifier: Apache-2.0
#include "arch/ceil_div.h"
#include "arch/conductance_grid.h"
#include "mapping/plan.h"

namespace nvcim::mapping {
WeightEncoding make_encoding(const Architecture& architecture, int weight_bits) {
  WeightEncoding encoding;
  encoding.encoding = architecture.crossbar.encoding;
  encoding.weight_bits = weight_bits;
  const bool signed_cell = encoding.encoding == Encoding::ideal_signed;
  encoding.cell_bits = signed_cell ? weight_bits - 1 : architecture.crossbar.cell_bits;
  const ConductanceGrid grid = conductance_grid(architecture, weight_bits);
  encoding.max_level = grid.max_level;
  encoding.grid_per_level = grid.steps_per_level;
  switch (encoding.encoding) {
    case Encoding::ideal_signed:
      encoding.slices = 1;
      encoding.factor = {1};
      break;
    case Encoding::differential_pair:
      encoding.slices = ceil_div(weight_bits - 1, encoding.cell_bits);
      for (int slice = 0; slice < encoding.slices; ++slice) {
        const std::int64_t weight = std::int64_t{1} << (slice * encoding.cell_bits);
        encoding.factor.push_back(weight);
        encoding.factor.push_back(-weight);
      }
      break;
    case Encoding::offset_column:
      encoding.slices = ceil_div(weight_bits, encoding.cell_bits);
      for (int slice = 0; slice < encoding.slices; ++slice)
        encoding.factor.push_back(std::int64_t{1} << (slice * encoding.cell_bits));
      // The offset 2^(bits-1) is one digit of the top slice, so a single column at that level holds it.
      encoding.offset_factor = -encoding.factor.back();
      encoding.offset_level = 1 << (weight_bits - 1 - (encoding.slices - 1) * encoding.cell_bits);
      break;
  }
  return encoding;
}

}  // namespace nvcim::mapping
