// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "sim/kernel/cycle.h"
#include "sim/network_on_chip/transfer.h"
#include "sim/systemc/mvm_job.h"

/// How the modules of a tile, the global buffer and the external memory reach each other: each of these says one thing.
/// A module implements what it takes and has a port for what it needs; `tile` and `machine` bind them. `now` is the
/// current cycle, `cycle` a later one in which what is said becomes visible.
namespace nvcim::sim {

/// Order of a tile's units where several of them reach the same one in the same cycle.
enum InterfaceSource { from_accumulator, from_output_buffer };
enum ActivationSource { from_accumulation, from_input_buffer };
enum OutputBufferSource { from_activation, from_pooling, from_write_port };

/// Sums of the blocks that one MVM drives together, or of a whole tile's blocks, for one position.
struct PartialSums {
  int stage = 0, column_block = 0;
  std::uint64_t index = 0;         ///< position, counted over all samples
  std::vector<std::int64_t> sums;  ///< [outputs]
};

/// A crossbar, for the sequencer.
class MvmSink : public virtual sc_core::sc_interface {
 public:
  /// The rows of an MVM are in an input register from `cycle` on. Its inputs are known now.
  virtual void load(Cycle now, Cycle cycle, MvmJobPtr job) = 0;
};

/// The sequencer, for a crossbar.
class RegisterSink : public virtual sc_core::sc_interface {
 public:
  /// @param crossbar  of the tile, that has an input register more
  virtual void free_register(Cycle now, Cycle cycle, int crossbar) = 0;
};

/// The accumulator, for crossbars and network.
class PartialSumSink : public virtual sc_core::sc_interface {
 public:
  /// @param source  number of the crossbar, or their count for the network
  virtual void add(Cycle now, Cycle cycle, int source, PartialSums partial) = 0;
};

/// The activation unit, for the accumulator.
class CompleteSumSink : public virtual sc_core::sc_interface {
 public:
  /// All sums of one position are added up. @param index  position, over all samples   @param sums  [outputs]
  virtual void activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums) = 0;
};

/// The activation unit, for the sequencer.
class OperandSink : public virtual sc_core::sc_interface {
 public:
  /// The codes of one position of a digital stage are read. @param codes [inputs][outputs of the column]
  virtual void combine(Cycle now, Cycle cycle, int group, std::uint64_t index,
                       std::vector<std::vector<std::uint8_t>> codes) = 0;
};

/// Whoever takes finished pixels in raster order: pooling unit, output buffer, global buffer.
class PixelSink : public virtual sc_core::sc_interface {
 public:
  /// @param source  number of the sender, see OutputBufferSource   @param pixel  the sender keeps nothing of it
  virtual void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) = 0;
};

/// Whoever makes pixels for a buffer: the activation unit for the output buffer, the external memory for the global
/// one.
class RoomSink : public virtual sc_core::sc_interface {
 public:
  /// The buffer takes pixels of the group below `limit`, counted over all samples.
  virtual void give_room(Cycle now, Cycle cycle, int group, std::uint64_t limit) = 0;
};

/// A sequencer, for the activation units that take the sums or codes of its tile.
class SlotSink : public virtual sc_core::sc_interface {
 public:
  /// The tile that adds up a column takes sums or codes of positions below `limit`.
  virtual void give_slots(Cycle now, Cycle cycle, int stage, int column_block, std::uint64_t limit) = 0;
};

/// A buffer that sends a map, for the sequencers that read it.
class PixelCreditSink : public virtual sc_core::sc_interface {
 public:
  /// Room at the reader for pixels below `limit`, known here from `cycle` on.
  virtual void give_credit(Cycle now, Cycle cycle, int group, int reader, std::uint64_t limit) = 0;
};

/// The external memory, for the global buffer.
class ResultSink : public virtual sc_core::sc_interface {
 public:
  /// Bits of a sample's result are read from the global buffer at `cycle`.
  virtual void write(Cycle now, Cycle cycle, int sample, std::int64_t bits) = 0;
};

/// Keeps what the units of a tile made, for comparison between engines. Bound only where it is asked for.
class TraceSink : public virtual sc_core::sc_interface {
 public:
  /// @param layer  of the plan   @param place  output * positions + position
  virtual void trace_sum(std::uint64_t sample, int layer, std::size_t place, std::int64_t sum) = 0;
  virtual void trace_code(std::uint64_t sample, int node, std::size_t place, std::uint8_t code) = 0;
};
using TracePort = sc_core::sc_port<TraceSink, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

}  // namespace nvcim::sim
