// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/row_time.h"

#include <algorithm>
#include <numeric>

#include "arch/program_cost.h"
#include "mapping/row_writing.h"
#include "sim/programming/write_timing.h"

namespace nvcim::sim {
namespace {

constexpr int kRowsPerPoint = 200;
/// Instances are numbered from 0 up; this one is nobody's.
constexpr mapping::ChipDraws kOwnDraws{0x726f7774696d65, 0xffffffff};

class RowTimer {
 public:
  RowTimer(const Architecture& architecture, const workloads::Network& network, const mapping::Plan& plan)
      : architecture_(architecture),
        network_(network),
        plan_(plan),
        rules_(mapping::make_layer_rules(architecture, plan)),
        timing_(architecture),
        random_(kOwnDraws.seed, Purpose::selection, kOwnDraws.instance, 0, 0) {
    for (const mapping::Block& block : plan.blocks) rows_ += block.rows;
  }

  /// Mean cycles of write-verify of `count` random cells of a row that has so many.
  double mean_cycles(int count) {
    Cycle sum = 0;
    int rows = 0;
    for (std::uint32_t draw = 0; rows < kRowsPerPoint && draw < 20 * kRowsPerPoint; ++draw) {
      const auto [index, row] = pick(random_.block(draw, static_cast<std::uint32_t>(count))[0]);
      if (plan_.blocks[index].columns < count) continue;
      sum += cycles_of(index, row, count, draw);
      ++rows;
    }
    return rows > 0 ? static_cast<double>(sum) / rows : 0;
  }

 private:
  std::pair<int, int> pick(std::uint32_t bits) const {
    auto at = static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(rows_));
    int index = 0;
    while (at >= plan_.blocks[index].rows) at -= plan_.blocks[index++].rows;
    return {index, static_cast<int>(at)};
  }

  Cycle cycles_of(int index, int row, int count, std::uint32_t draw) {
    const mapping::Block& block = plan_.blocks[index];
    const std::size_t size = std::size_t(block.rows) * block.columns;
    mapping::WrittenBlock cells;
    cells.codes.resize(size);
    std::vector<std::uint8_t> marked(size, 0);
    std::vector<int> order(block.columns);
    std::iota(order.begin(), order.end(), 0);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t bits =
          random_.block(draw, static_cast<std::uint32_t>(count), 1, static_cast<std::uint32_t>(i))[0];
      std::swap(order[i], order[i + static_cast<int>(bits % static_cast<std::uint32_t>(block.columns - i))]);
      marked[std::size_t(row) * block.columns + order[i]] = 1;
    }
    const int layer = plan_.layer_of_node[block.node];
    mapping::RowWriting writing(architecture_, network_, plan_, index, kOwnDraws, rules_[layer], cells);
    writing.write_once(row);
    device::RowWriter& writer = writing.start(row, 0, marked);
    Cycle cycles = timing_.load(row_bits(block, plan_.layers[layer].encoding, true));
    WriteTiming::Before before;
    for (auto next = writer.peek(); next.action != device::WriteAction::done; next = writer.peek()) {
      cycles += timing_.set_up(before, next.action);
      before.action = next.action;
      if (next.action == device::WriteAction::read) {
        cycles += timing_.read(adc_turns(block, architecture_.adc.columns_per_adc, next.columns));
      } else {
        const int turns = timing_.pulse_turns(next.pulse, static_cast<int>(next.columns.size()));
        cycles += timing_.pulses(next.pulse, turns);
        before.polarity = next.action;
      }
      writer.step();
    }
    return cycles;
  }

  const Architecture& architecture_;
  const workloads::Network& network_;
  const mapping::Plan& plan_;
  std::vector<device::WriteRules> rules_;
  WriteTiming timing_;
  DrawStream random_;
  std::int64_t rows_ = 0;
};

}  // namespace

std::vector<double> mean_row_times(const Architecture& architecture, const workloads::Network& network,
                                   const mapping::Plan& plan) {
  int columns = 0;
  for (const mapping::Block& block : plan.blocks) columns = std::max(columns, block.columns);
  const double cycle = 1 / architecture.chip.clock.value();
  const double once = write_row_time(architecture, columns).value();
  RowTimer timer(architecture, network, plan);
  std::vector<double> times(columns + 1, once);
  int last = 0;
  for (int count = 1;; count = std::min(2 * count, columns)) {
    times[count] = std::max(times[last], once + timer.mean_cycles(count) * cycle);
    for (int between = last + 1; between < count; ++between)
      times[between] = times[last] + (times[count] - times[last]) * (between - last) / (count - last);
    last = count;
    if (count == columns) return times;
  }
}

}  // namespace nvcim::sim
