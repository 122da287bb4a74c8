// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "arch/load.h"
#include "device/write_verify.h"

/// Write-verify of 128-cell rows without time, one thread. Items are attempts: one pulse of one cell and its verify.
namespace {

using namespace nvcim;
using namespace nvcim::device;

constexpr int kColumns = 128;
constexpr int kRows = 64;

void write_rows(benchmark::State& state, const Architecture& architecture, int weight_bits) {
  const ConductanceGrid grid = conductance_grid(architecture, weight_bits);
  const WriteRules rules = make_write_rules(architecture, grid);
  const DrawStream first(1, Purpose::programming_variation, 0, 0, 0);
  const double spread = architecture.device.sigma * architecture.device.sigma_scale * grid.span();
  std::vector<std::int16_t> targets(kRows * kColumns), written(targets.size()), codes;
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    const auto bits = first.block(i, 0, 1);
    targets[i] = static_cast<std::int16_t>(bits[0] % static_cast<std::uint32_t>(grid.max_level + 1) *
                                           static_cast<std::uint32_t>(grid.steps_per_level));
    written[i] = static_cast<std::int16_t>(std::clamp(std::nearbyint(targets[i] + spread * first.normals(i, 0)[0]),
                                                      double(rules.range.lowest), double(rules.range.highest)));
  }
  std::vector<std::uint32_t> columns(kColumns), attempts(kColumns);
  for (std::uint32_t i = 0; i < kColumns; ++i) columns[i] = i;
  const std::vector<std::uint8_t> selected(kColumns, 1);
  RowWriter writer(rules, {1, 0, 0, 0});
  std::uint32_t round = 0;
  for (auto _ : state) {
    codes = written;
    for (std::uint32_t row = 0; row < kRows; ++row) {
      WriteRow view;
      view.row = row;
      view.columns = columns;
      view.targets = std::span(targets).subspan(row * kColumns, kColumns);
      view.codes = std::span(codes).subspan(row * kColumns, kColumns);
      view.selected = selected;
      view.attempts = attempts;
      writer.start(view, round);
      writer.drain();
    }
    ++round;
    benchmark::DoNotOptimize(codes.data());
  }
  const WriteCounts& counts = writer.counts();
  state.SetItemsProcessed(static_cast<std::int64_t>(counts.set_bits + counts.reset_bits));
  state.counters["attempts_per_cell"] =
      static_cast<double>(counts.set_bits + counts.reset_bits) / static_cast<double>(counts.success + counts.failure);
}

void WriteVerifyIncremental(benchmark::State& state) {
  write_rows(state, load_architecture("swim_paper"), 8);
}
BENCHMARK(WriteVerifyIncremental);

void WriteVerifyIncrementalNoisyReads(benchmark::State& state) {
  write_rows(state, load_architecture("swim_paper", {"/adc/model=sar", "/device/read_noise=0.01"}), 8);
}
BENCHMARK(WriteVerifyIncrementalNoisyReads);

void WriteVerifyRedraw(benchmark::State& state) {
  write_rows(state, load_architecture("swim_paper", {"/write_controller/process=redraw"}), 8);
}
BENCHMARK(WriteVerifyRedraw);

void WriteVerifyMeasured(benchmark::State& state) {
  write_rows(
      state,
      load_architecture("rram_1t1r_128", {"/write_controller/process=measured", "/write_controller/max_attempts=900"}),
      8);
}
BENCHMARK(WriteVerifyMeasured);

}  // namespace
