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

/// A tile that needs channels [channel_begin, channel_end) of every pixel of a feature map.
struct Consumer {
  int tile = 0;
  int channel_begin = 0;
  int channel_end = 0;
};

/// An MVM node and the poolings behind it, up to the feature map that travels. A pixel of that map leaves each home
/// tile (one per column block) as one transfer to every consumer whose channels overlap; nothing uses the network when
/// source and target tile are the same. Every output pixel is written to the output buffer once per home and read once
/// per transfer (same-tile transfers included), then written to the target's input buffer.
struct Stage {
  int layer = 0;  ///< index in Plan::layers
  int first_node = 0, last_node = 0;
  int code_bits = 8;                ///< bits of one travelling value (kSumBits for raw output)
  std::vector<Consumer> consumers;  ///< of the map it produces; {kGlobalBuffer, all} for the last stage
};

struct Schedule {
  Mesh mesh;
  std::vector<Consumer> input_consumers;  ///< of the image
  std::vector<Stage> stages;
};

Schedule make_schedule(const Architecture& architecture, const workloads::Network& network, const Plan& plan);

/// Channels of the consumer that a home tile's outputs [output_begin, output_begin + outputs) overlap; empty: begin ==
/// end.
struct ChannelRange {
  int begin = 0, end = 0;
  int size() const { return end > begin ? end - begin : 0; }
};
ChannelRange overlap(const Consumer& consumer, int output_begin, int outputs);

/// All counts of one sample that do not depend on its values (everything but row_drive and cell_conduction):
///  - image: external_read and global_buffer_write of every code once; per pixel and consumer tile global_buffer_read,
///    flits, input_buffer_write of the consumer's channels (row 0 of the counts);
///  - per MVM and block: input_buffer_read rows * input_bits; per phase crossbar_read 1, sample_hold, adc_conversion
///  and
///    shift_add one per column;
///  - per MVM and column block: accumulate (row_blocks - 1) * outputs; a tile adds up its own blocks and sends one
///  transfer
///    of outputs * kSumBits to the home tile when it is another one; activation one per output;
///  - pooling: window area per output, counted on the pooling node; transfers of a stage counted on its last node;
///  - result: output buffer, flits, global_buffer_write, global_buffer_read and external_write of the last map
///  (transfers
///    on the last node's row, global buffer and external memory on row 0).
EventCounts count_sample(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                         const Schedule& schedule);

}  // namespace nvcim::mapping
