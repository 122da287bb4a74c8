// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "arch/load.h"
#include "sim/systemc/program_machine.h"
#include "tests/support/random_network.h"

/// Programming a whole chip. Items are cells. `resnet18`: as many weights as ResNet-18 for CIFAR-10 (its 3x3 and 1x1
/// convolutions in a chain), 4-bit weights in two slices of 2-bit cells and differential pairs, every cell verified.
namespace {

using namespace nvcim;

workloads::Network resnet18_weights() {
  testing::NetworkBuilder builder({3, 4, 4}, 8, 1);
  const workloads::Window three{3, 3, 1, 1, 1, 1, 1, 1}, one{1, 1, 1, 1, 0, 0, 0, 0};
  builder.convolution(64, three, 4);
  for (int i = 0; i < 4; ++i) builder.convolution(64, three, 4);
  for (const int channels : {128, 256, 512}) {
    builder.convolution(channels / 2, one, 4);  // stands for half of the projection that a chain has no place for
    for (int i = 0; i < 4; ++i) builder.convolution(channels, three, 4);
  }
  return builder.logits(10, 4);
}

struct Chip {
  Chip(workloads::Network n, std::vector<std::string> set)
      : architecture(load_architecture("rram_1t1r_128", set)), network(std::move(n)) {
    plan = mapping::make_plan(architecture, network);
    write_plan = mapping::verify_all(plan);
  }
  sim::ProgramJob job() const { return {architecture, network, plan, write_plan, {1, 0}, {}, {}}; }

  Architecture architecture;
  workloads::Network network;
  mapping::Plan plan;
  mapping::WritePlan write_plan;
};

const std::vector<std::string> kUnverifiedDevice = {"/device/model=gaussian", "/device/sigma=0.1",
                                                    "/device/pulse_part=0.9", "/device/pulse_sigma=0.025"};

std::vector<std::string> large_mesh() {
  std::vector<std::string> set = kUnverifiedDevice;
  set.insert(set.end(), {"/chip/mesh_rows=18", "/chip/mesh_columns=18"});
  return set;
}

void report(benchmark::State& state, const sim::ProgramResult& result, const mapping::WritePlan& write_plan) {
  const auto cells = static_cast<double>(write_plan.cells());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * write_plan.cells());
  state.counters["cells"] = cells;
  state.counters["attempts_per_cell"] = static_cast<double>(result.counts.cell_attempts) / cells;
  state.counters["chip_ms"] = static_cast<double>(result.cycles) * 1e-6;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["max_rss_GiB"] = static_cast<double>(usage.ru_maxrss) / 1048576;
}

template <class Engine>
void program(benchmark::State& state, const Chip& chip, Engine engine) {
  sim::ProgramResult result;
  for (auto _ : state) result = engine(chip.job());
  report(state, result, chip.write_plan);
}

void BM_ProgramLenetFunctional(benchmark::State& state) {
  program(state, Chip(testing::random_lenet(1), kUnverifiedDevice), sim::run_programming);
}
BENCHMARK(BM_ProgramLenetFunctional)->Unit(benchmark::kMillisecond);

void BM_ProgramLenetSystemC(benchmark::State& state) {
  program(state, Chip(testing::random_lenet(1), kUnverifiedDevice),
          [](const sim::ProgramJob& job) { return sim::program_systemc(job); });
}
BENCHMARK(BM_ProgramLenetSystemC)->Unit(benchmark::kMillisecond);

void BM_ProgramResNet18SizeFunctional(benchmark::State& state) {
  program(state, Chip(resnet18_weights(), large_mesh()), sim::run_programming);
}
BENCHMARK(BM_ProgramResNet18SizeFunctional)->Unit(benchmark::kSecond)->Iterations(1);

void BM_ProgramResNet18SizeSystemC(benchmark::State& state) {
  program(state, Chip(resnet18_weights(), large_mesh()),
          [](const sim::ProgramJob& job) { return sim::program_systemc(job); });
}
BENCHMARK(BM_ProgramResNet18SizeSystemC)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
