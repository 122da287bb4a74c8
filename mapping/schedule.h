// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/events.h"
#include "mapping/plan.h"

/// Who sends what to whom, shared by both engines: the SystemC modules follow it transfer by transfer, the functional
/// engine multiplies it out. Bits on the network, buffers and packets are defined here and nowhere else.
namespace nvcim::mapping {

inline constexpr int kGlobalBuffer = -1;  ///< end point at the local port of router (0, 0)
inline constexpr int kSumBits = 32;       ///< width of a partial sum or logit in a buffer or packet
inline constexpr int kImage = -1;         ///< in place of a stage: the network's input, in the global buffer

/// Mesh arithmetic. Tile t sits at row t / mesh_columns, column t % mesh_columns; X first, then Y.
struct Mesh {
  int rows = 1, columns = 1;
  int flit_bits = 32, buffer_flits = 64;
  int links(int from, int to) const;  ///< Manhattan distance
  int routers(int from, int to) const { return links(from, to) + 1; }
  int packets(std::int64_t bits) const;         ///< a packet fits a router input: buffer_flits, one of them header
  std::int64_t flits(std::int64_t bits) const;  ///< payload and one header per packet
};
Mesh make_mesh(const Architecture& architecture);

/// Channels begin … end; empty: begin >= end.
struct ChannelRange {
  int begin = 0, end = 0;
  int size() const { return end > begin ? end - begin : 0; }
};

/// A tile that needs channels [channel_begin, channel_end) of every pixel of a feature map.
struct Consumer {
  int tile = 0;
  int channel_begin = 0;
  int channel_end = 0;
  int stage = 0;   ///< that reads there; of the result: that made it
  int input = 0;   ///< of that stage
  int source = 0;  ///< of that input
};

/// A whole map as a part of what a stage reads: the sources of a concatenation lie one after the other.
struct Source {
  int stage = kImage;     ///< whose map it is
  int channel_begin = 0;  ///< of the input, where its channels begin
  int channels = 0;
};

/// One map that a stage reads.
struct StageInput {
  workloads::Shape map;  ///< channels of all sources
  int bits = 8;          ///< of a code
  std::vector<Source> sources;
  std::vector<Consumer> tiles;  ///< tiles that need it, with channels of the input
};

/// Outputs [output_begin, output_begin + outputs) of a stage, which are finished in one tile: a column block's home, or
/// where a digital unit works.
struct StageColumn {
  int tile = 0;
  int output_begin = 0, outputs = 0;
};

/// What is worked on in one go, up to the feature map that travels. It begins with an MVM, or in a tile's digital unit
/// with a sum, product or rearrangement of maps, or with nothing (a pooling or table whose input others read too).
/// Poolings and tables behind that, each the only reader of what is before it, belong to it. A concatenation is no
/// work: its readers read all its maps.
///
/// Digital work stands in the tiles, and is cut there, where the latest of the maps it reads is made.
///
/// A pixel of the map leaves each column as one transfer to every consumer whose channels overlap; nothing uses the
/// network when source and target tile are the same. Every output pixel is written to the output buffer once per column
/// and read once per transfer (same-tile transfers included), then written to the target's input buffer.
struct Stage {
  int layer = -1;  ///< index in Plan::layers; -1: digital
  int join = -1;   ///< digital: node of the sum, product or rearrangement; -1: nothing
  int first_node = 0, last_node = 0;
  std::vector<int> tail;  ///< poolings and tables, in order
  int code_bits =
      8;  ///< bits of one travelling value (kSumBits for raw output; at the network's end what its largest code needs)
  std::vector<StageInput> inputs;
  std::vector<StageColumn> columns;  ///< of an MVM: its column blocks
  std::vector<Consumer> consumers;   ///< of the map it produces; {kGlobalBuffer, all} for the last stage
};

struct Schedule {
  Mesh mesh;
  std::vector<Consumer> input_consumers;  ///< of the image
  std::vector<Stage> stages;              ///< each after the stages it reads

  const std::vector<Consumer>& consumers(int stage) const {
    return stage == kImage ? input_consumers : stages[stage].consumers;
  }
};

/// @pre the network is sound (workloads/network_check.h) and does not end with a concatenation
Schedule make_schedule(const Architecture& architecture, const workloads::Network& network, const Plan& plan);

/// Channels of the consumer that outputs [output_begin, output_begin + outputs) overlap.
ChannelRange overlap(const Consumer& consumer, int output_begin, int outputs);

/// Channels of an input that a column of a digital stage reads, from the first to the last; empty when it is all fill.
ChannelRange channels_read(const workloads::Network& network, const Stage& stage, int input, const StageColumn& column);

/// Codes of an input that a column of a digital stage reads for one position.
int codes_read(const workloads::Network& network, const Stage& stage, int input, const StageColumn& column,
               int position);

/// Values that the digital unit scales for one position of a column: one per output and summand, one per product, none
/// for what only moves.
int values_scaled(const workloads::Network& network, const Stage& stage, const StageColumn& column);

/// All counts of one sample that do not depend on its values (everything but row_drive and cell_conduction):
///  - image: external_read and global_buffer_write of every code once; per pixel and consumer tile global_buffer_read,
///    flits, input_buffer_write of the consumer's channels (row 0 of the counts);
///  - per MVM and the blocks it drives together: input_buffer_read rows * input_bits; per phase crossbar_read 1,
///    sample_hold, adc_conversion and shift_add one per column;
///  - per MVM and column block: accumulate (row_blocks - 1) * outputs; a tile adds up its own blocks and sends one
///    transfer of outputs * kSumBits to the home tile when it is another one; activation one per output;
///  - digital stage, per position and column: input_buffer_read of the codes it reads, activation values_scaled;
///  - pooling: window area per output, counted on the pooling node; table: activation one per output, on its node;
///    transfers of a stage counted on its last node;
///  - result: output buffer, flits, global_buffer_write, global_buffer_read and external_write of the last map
///    (transfers on the last node's row, global buffer and external memory on row 0).
EventCounts count_sample(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                         const Schedule& schedule);

}  // namespace nvcim::mapping
