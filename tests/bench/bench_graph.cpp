// SPDX-License-Identifier: Apache-2.0
// ResNet-20 and -18 for CIFAR-10 with random weights: 41 and 555 million MACs.
#include <benchmark/benchmark.h>

#include "sim/engine.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"

namespace nvcim {
namespace {

struct Job {
  Job(workloads::Network residual, AdcModel adc, int sample_count)
      : samples(sample_count), network(std::move(residual)) {
    architecture.adc.model = adc;
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 32;
    plan = mapping::make_plan(architecture, network);
    chip = mapping::program_once(architecture, network, plan, 1, 0);
    pixels = testing::random_images(network, samples, 1);
  }
  sim::ChipRun run() const { return {architecture, network, plan, chip}; }

  int samples;
  workloads::Network network;
  Architecture architecture;
  mapping::Plan plan;
  mapping::ChipInstance chip;
  std::vector<std::uint8_t> pixels;
};

void functional(benchmark::State& state, AdcModel adc) {
  const Job job(testing::random_resnet20(1), adc, 64);
  for (auto _ : state) benchmark::DoNotOptimize(sim::run_functional(job.run(), job.pixels, job.samples, {}));
  state.SetItemsProcessed(state.iterations() * job.samples);
}

void resnet20_linear(benchmark::State& state) {
  functional(state, AdcModel::ideal);
}
BENCHMARK(resnet20_linear)->Name("BM_ResNet20Linear")->Unit(benchmark::kMillisecond);

void resnet20_bit_serial(benchmark::State& state) {
  functional(state, AdcModel::sar);
}
BENCHMARK(resnet20_bit_serial)->Name("BM_ResNet20BitSerial")->Unit(benchmark::kMillisecond);

void systemc(benchmark::State& state, const Job& job) {
  for (auto _ : state) {
    const sim::CycleResult result = sim::run_systemc(job.run(), job.pixels, job.samples, {});
    state.counters["cycles"] = static_cast<double>(result.timeline.total_cycles);
  }
  state.SetItemsProcessed(state.iterations() * job.samples);
}

/// Of two samples, which follow each other through the pipeline.
void resnet20_systemc(benchmark::State& state) {
  systemc(state, Job(testing::random_resnet20(1), AdcModel::sar, 2));
}
BENCHMARK(resnet20_systemc)->Name("BM_ResNet20SystemC")->Unit(benchmark::kMillisecond);

/// Of one sample.
void resnet18_systemc(benchmark::State& state) {
  systemc(state, Job(testing::random_resnet18(1), AdcModel::sar, 1));
}
BENCHMARK(resnet18_systemc)->Name("BM_ResNet18SystemC")->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace nvcim
