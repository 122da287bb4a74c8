// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "arch/check.h"
#include "arch/parameters.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// How one signed weight of a layer becomes cells: plane p is a cell holding a part of the weight, and
/// weight = sum over planes of factor[p] * level(p). Planes of one output are neighbouring columns.
struct WeightEncoding {
  Encoding encoding = Encoding::differential_pair;
  int weight_bits = 8;
  int cell_bits = 2;  ///< bits per slice; weight_bits - 1 for ideal_signed
  int max_level = 3;  ///< highest level of a cell
  int slices = 4;
  int grid_per_level = 1;            ///< U: steps of the conductance grid in one level
  std::vector<std::int64_t> factor;  ///< [planes], signed power of two
  std::int64_t offset_factor = 0;    ///< offset_column: factor of the block's offset column, else 0
  int offset_level = 0;              ///< offset_column: level stored in every cell of it
  int planes() const { return static_cast<int>(factor.size()); }
  bool has_offset_column() const { return offset_factor != 0; }
  /// Levels of one weight. @param levels [planes]; signed for ideal_signed.
  void encode(int weight, int* levels) const;
};

// In line: every cell of a chip goes through it.
inline void WeightEncoding::encode(int weight, int* levels) const {
  const int limit = (1 << (weight_bits - 1)) - 1;
  NVCIM_CHECK(std::abs(weight) <= limit, "weight {} of {} bits", weight, weight_bits);
  switch (encoding) {
    case Encoding::ideal_signed:
      levels[0] = weight;
      break;
    case Encoding::differential_pair: {
      const int above = std::max(weight, 0), below = std::max(-weight, 0);
      for (int slice = 0; slice < slices; ++slice) {
        levels[2 * slice] = (above >> (slice * cell_bits)) & max_level;
        levels[2 * slice + 1] = (below >> (slice * cell_bits)) & max_level;
      }
      break;
    }
    case Encoding::offset_column:
      for (int slice = 0; slice < slices; ++slice)
        levels[slice] = ((weight + (1 << (weight_bits - 1))) >> (slice * cell_bits)) & max_level;
      break;
  }
}

/// A rectangle of a layer's cell matrix that lives in one crossbar. The matrix of a grouped layer is block-diagonal:
/// one rectangle per group, and no block reaches outside its group's, so that no zeros are stored.
struct Block {
  int node = 0;                               ///< index in Network::nodes
  int copy = 0;                               ///< weight duplicate
  int row_block = 0;                          ///< which part of the matrix rows
  int column_block = 0;                       ///< which part of the outputs
  int offset_number = 0;                      ///< of its offset column among those of the layer
  int row_begin = 0, rows = 0;                ///< matrix rows (Node::window_rows)
  int output_begin = 0, outputs = 0;          ///< outputs
  int columns = 0;                            ///< cell columns: outputs * planes (+ 1 offset column, the last)
  int crossbar = 0;                           ///< chip-wide number; its tile is crossbar / tile.crossbars
  int crossbar_row = 0, crossbar_column = 0;  ///< where the block's first cell lies
  /// Column of the layer's cell matrix, for addressed draws: the same cell whatever the crossbar size or placement.
  std::uint32_t draw_column(int column, const WeightEncoding& encoding, int layer_outputs) const;
};

/// One MVM node on the chip. Groups that fit into a crossbar together lie there on the diagonal, with rows and columns
/// of their own and unformed cells elsewhere, and one MVM drives them all: they form one column block.
struct LayerPlan {
  int node = 0;
  WeightEncoding encoding;
  int phases = 8;  ///< ceil(input_bits / dac_bits)
  int row_blocks = 1, column_blocks = 1, copies = 1;
  std::vector<int> blocks;        ///< indices into Plan::blocks: by copy, column block, row block, group
  std::vector<int> part_begin;    ///< [copies * column_blocks * row_blocks + 1] where each part begins in `blocks`
  std::vector<int> output_begin;  ///< [column_blocks + 1]
  std::vector<int> home_tile;     ///< [column_blocks] where partial sums meet, are activated and pooled
  /// Blocks that one MVM drives together, all in one crossbar: one, but for groups.
  std::span<const int> part(int copy, int column_block, int row_block) const {
    const int index = (copy * column_blocks + column_block) * row_blocks + row_block;
    return std::span(blocks).subspan(part_begin[index], part_begin[index + 1] - part_begin[index]);
  }
  int block(int copy, int column_block, int row_block) const { return part(copy, column_block, row_block)[0]; }
  int outputs_of(int column_block) const { return output_begin[column_block + 1] - output_begin[column_block]; }
  int copy_of_position(int position) const { return position % copies; }
};

/// The whole network placed on the chip.
struct Plan {
  std::vector<LayerPlan> layers;   ///< MVM nodes in order
  std::vector<int> layer_of_node;  ///< [nodes], -1 for digital ones
  std::vector<Block> blocks;
  int crossbars_used = 0;
  int tiles_used = 0;
  int tile_of_crossbar(int crossbar) const { return crossbar / crossbars_per_tile; }
  int crossbars_per_tile = 1;
  double utilization = 0;  ///< cells that hold a weight or an offset / cells of the crossbars used
};

/// Encoding of one node's weights on this architecture. Does not check the architecture.
WeightEncoding make_encoding(const Architecture& architecture, int weight_bits);

/// What a network's last node gives.
enum class Ending {
  logits,  ///< raw sums
  codes,   ///< of a feature map: a part of a larger network (mapping/rounds.h)
};

/// Encodes, slices, tiles, duplicates, packs and places. Blocks of a layer are placed in the order
/// copy, column block, row block, group, so partial sums meet in as few tiles as possible; tiles fill in row-major
/// order. Errors: InputError with every contradiction: too few crossbars (needed, available), a weight wider than a
/// crossbar, a duplicate of an unknown layer, sums past the exact range.
Plan make_plan(const Architecture& architecture, const workloads::Network& network, Ending ending = Ending::logits);

/// Crossbars and tiles that make_plan would use, whether or not the chip has them.
struct PlanSize {
  int crossbars = 0;
  int tiles = 0;
};

/// Errors: make_plan's, but for the size.
PlanSize plan_size(const Architecture& architecture, const workloads::Network& network, Ending ending);

/// Floor plan for people: one line per crossbar used, with tile, layer, rows, columns and use.
std::string floor_plan(const Architecture& architecture, const workloads::Network& network, const Plan& plan);

}  // namespace nvcim::mapping
