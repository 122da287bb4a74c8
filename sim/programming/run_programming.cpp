// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <functional>

#include "arch/check.h"
#include "sim/kernel/cycle_queue.h"
#include "sim/programming/first_writes.h"
#include "sim/programming/gather.h"
#include "sim/programming/mesh_arrival.h"
#include "sim/programming/row_stream.h"
#include "sim/programming/tile_controller.h"

namespace nvcim::sim {
namespace {

/// What reaches whom, in the order in which it is taken within a cycle: a module's messages before the module acts.
/// Modules do not see each other's acts of the same cycle, so nothing else depends on this order.
enum class Kind : std::uint8_t { slot, stream, release, request, power, row, answer, controller };

struct Happening {
  std::uint64_t rank;          ///< within a cycle: kind, tile and order of posting, packed
  std::uint64_t a = 0, b = 0;  ///< payload

  static constexpr int kTileBits = 20, kOrderBits = 40;
  static std::uint64_t rank_of(Kind kind, int tile, std::uint64_t order) {
    return (static_cast<std::uint64_t>(kind) << kTileBits | static_cast<std::uint64_t>(tile)) << kOrderBits | order;
  }
  Kind kind() const { return static_cast<Kind>(rank >> (kTileBits + kOrderBits)); }
  int tile() const { return static_cast<int>(rank >> kOrderBits & ((1u << kTileBits) - 1)); }
  bool operator>(const Happening& o) const { return rank > o.rank; }
};

/// The modules of sim/programming without a kernel under them.
class Engine {
 public:
  explicit Engine(const ProgramJob& job)
      : facts_(job),
        first_writes_(facts_),
        cells_(facts_.whole_blocks ? no_cells(job) : blank_cells(job)),
        stream_(facts_),
        power_(job.architecture.write_controller.peak_power, job.budget),
        mesh_(job.architecture, job.network.nodes.size()),
        acted_(facts_.rows.size(), kNever) {
    for (int tile = 0; tile < static_cast<int>(facts_.rows.size()); ++tile)
      controllers_.emplace_back(facts_, tile, cells_.blocks, &first_writes_);
  }

  ProgramResult run() {
    post(0, Kind::stream, 0);
    for (now_ = 0; now_ != kNever; now_ = queue_.next()) {
      due_ = &queue_.turn_to(now_);
      std::make_heap(due_->begin(), due_->end(), std::greater<>());
      while (!due_->empty()) {
        std::pop_heap(due_->begin(), due_->end(), std::greater<>());
        const Happening next = due_->back();
        due_->pop_back();
        take(now_, next);
      }
    }
    if (facts_.whole_blocks)
      for (std::size_t block = 0; block < cells_.blocks.size(); ++block)
        cells_.blocks[block].codes = first_writes_.take(static_cast<int>(block));
    return gather(facts_, std::move(cells_), controllers_, stream_, mesh_.events());
  }

 private:
  /// Their codes come from first_writes_ at the end.
  static mapping::WrittenCells no_cells(const ProgramJob& job) {
    mapping::WrittenCells cells;
    cells.draws = job.draws;
    cells.blocks.resize(job.plan.blocks.size());
    return cells;
  }

  void post(Cycle at, Kind kind, int tile, std::uint64_t a = 0, std::uint64_t b = 0) {
    NVCIM_CHECK(tile < 1 << Happening::kTileBits && order_ < std::uint64_t{1} << Happening::kOrderBits,
                "message {} of tile {}", order_, tile);
    const Happening happening{Happening::rank_of(kind, tile, order_++), a, b};
    if (at != now_) return queue_.schedule(at, happening);
    due_->push_back(happening);
    std::push_heap(due_->begin(), due_->end(), std::greater<>());
  }

  void take(Cycle now, const Happening& next) {
    const int tile = next.tile();
    TileController& controller = controllers_[tile];
    switch (next.kind()) {
      case Kind::slot:
        stream_.slot_freed(tile);
        post(now, Kind::stream, 0);
        break;
      case Kind::stream:
        stream(now);
        break;
      case Kind::release:
        power_.release({next.a, next.b});
        post(now, Kind::power, 0);
        break;
      case Kind::request:
        power_.request(tile, {next.a, next.b});
        post(now, Kind::power, 0);
        break;
      case Kind::power:
        for (const PowerUnit::Answer& answer : power_.serve())
          post(now + facts_.wire_cycles(answer.tile), Kind::answer, answer.tile, answer.granted ? 1 : 0);
        break;
      case Kind::row:
        controller.row_arrived();
        post(now, Kind::controller, tile);
        break;
      case Kind::answer:
        controller.answer(next.a != 0);
        post(now, Kind::controller, tile);
        break;
      case Kind::controller:
        act(now, tile);
        break;
    }
  }

  void stream(Cycle now) {
    if (streamed_ == now) return;
    streamed_ = now;
    if (const auto sent = stream_.send(now)) {
      const RowJob& row = facts_.rows[sent->tile][sent->row];
      const auto node = static_cast<std::size_t>(facts_.job.plan.blocks[row.block].node) + 1;
      const Cycle in = mesh_.send(sent->tile, facts_.bits_of(row), sent->at, node);
      post(in + 1, Kind::row, sent->tile);
    }
    if (const auto next = stream_.next(); next && *next > now) post(*next, Kind::stream, 0);
  }

  void act(Cycle now, int tile) {
    if (acted_[tile] == now) return;
    acted_[tile] = now;
    const TileController::Messages messages = controllers_[tile].act(now);
    const Cycle wire = facts_.wire_cycles(tile);
    for (int slot = 0; slot < messages.freed_slots; ++slot) {
      post(now + wire, Kind::slot, tile);
      if (facts_.job.progress) facts_.job.progress(++done_, facts_.all_rows);
    }
    if (messages.release)
      post(now + wire, Kind::release, tile, messages.release->nanowatts, messages.release->attojoules);
    if (messages.request) post(now + wire, Kind::request, tile, messages.request->nanowatts, messages.request->pulses);
    if (messages.wake) post(*messages.wake, Kind::controller, tile);
  }

  ProgramFacts facts_;
  FirstWrites first_writes_;
  mapping::WrittenCells cells_;
  RowStream stream_;
  PowerUnit power_;
  MeshArrival mesh_;
  std::deque<TileController> controllers_;
  std::vector<Cycle> acted_;  ///< [tiles] last cycle in which the controller acted
  Cycle streamed_ = kNever;
  CycleQueue<Happening> queue_;
  Cycle now_ = kNever;
  std::vector<Happening>* due_ = nullptr;  ///< in this cycle, as a heap
  std::uint64_t order_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace

ProgramResult run_programming(const ProgramJob& job) {
  return Engine(job).run();
}

}  // namespace nvcim::sim
