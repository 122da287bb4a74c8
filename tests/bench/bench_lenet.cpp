// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "arch/input_error.h"
#include "sim/engine.h"
#include "tests/support/random_network.h"
#include "workloads/dataset.h"
#include "workloads/model_file.h"

namespace nvcim::sim {
namespace {

/// The trained 8-bit LeNet on Fashion-MNIST test images; random weights and images, a third of whose pixels are 0,
/// where either cannot be read. The label of the benchmark says which.
struct Workload {
  workloads::Network network;
  std::vector<std::uint8_t> pixels;
  const char* label;
};
Workload lenet_workload(int images) {
  try {
    workloads::Network network = workloads::load_network("lenet_fashion_mnist_8b");
    workloads::Dataset data = workloads::load_dataset("fashion_mnist", workloads::Split::test, images);
    return {std::move(network), std::move(data.pixels), "zoo network, Fashion-MNIST"};
  } catch (const InputError&) {
    workloads::Network network = testing::random_lenet(1);
    std::vector<std::uint8_t> pixels = testing::random_images(network, images, 1);
    return {std::move(network), std::move(pixels), "random network and images"};
  }
}

/// Monte Carlo as a study does it: program a new instance of the default architecture (128 x 128, 2-bit cells,
/// differential pair, variation 0.1), run `state.range(0)` images on it, one thread.
void lenet(benchmark::State& state, const Architecture& architecture) {
  const int images = static_cast<int>(state.range(0));
  const auto [network, pixels, label] = lenet_workload(images);
  state.SetLabel(label);
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  std::uint32_t instance = 0;
  for (auto _ : state) {
    const mapping::ChipInstance chip = mapping::program_once(architecture, network, plan, 1, instance++);
    const InferenceResult result = run_functional({architecture, network, plan, chip}, pixels, images, {});
    benchmark::DoNotOptimize(result.logits.data());
  }
  state.counters["images*instances/s"] =
      benchmark::Counter(double(images), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_LenetLinear(benchmark::State& state) {
  Architecture architecture;
  architecture.adc.model = AdcModel::ideal;
  lenet(state, architecture);
}
BENCHMARK(BM_LenetLinear)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void BM_LenetBitSerial(benchmark::State& state) {
  lenet(state, Architecture());
}
BENCHMARK(BM_LenetBitSerial)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void BM_LenetBitSerialReadNoise(benchmark::State& state) {
  Architecture architecture;
  architecture.device.read_noise = 0.01;
  lenet(state, architecture);
}
BENCHMARK(BM_LenetBitSerialReadNoise)->Arg(1000)->Unit(benchmark::kMillisecond);

void BM_ProgramOnceLenet(benchmark::State& state) {
  const Architecture architecture;
  const workloads::Network network = lenet_workload(1).network;
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  std::uint32_t instance = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(mapping::program_once(architecture, network, plan, 1, instance++).blocks.data());
  std::int64_t cells = 0;
  for (const mapping::Block& block : plan.blocks) cells += std::int64_t{block.rows} * block.columns;
  state.counters["cells/s"] = benchmark::Counter(double(cells), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_ProgramOnceLenet)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nvcim::sim
