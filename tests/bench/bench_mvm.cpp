// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cmath>

#include "sim/analog/bit_serial.h"
#include "tests/analog/random_block.h"

namespace nvcim::sim {
namespace {

/// 256 x 256 cells anywhere in their range, 8 one-bit phases, an 8-bit ADC conversion per column and phase, dense
/// 8-bit inputs, batches of 1000.
void bit_serial_256(benchmark::State& state, double read_noise, ReadNoiseModel model) {
  constexpr int kVectors = 1000;
  BlockRequest request;
  request.rows = 256;
  request.outputs = 32;
  request.adc.range = AdcRange::unit_lsb;
  request.read_noise = read_noise;
  request.read_noise_model = model;
  const RandomBlock made = random_block(request, 1);
  const LayerConversion conversion = make_conversion(made.architecture, made.encoding, "layer");
  const BitSerialBlock packed(made.chip, made.block, made.cells(), made.encoding, made.layer_outputs, conversion, 1, 8);
  const std::vector<std::uint8_t> inputs = random_inputs(kVectors, request.rows, 1);
  std::vector<std::uint32_t> positions(kVectors), samples(kVectors);
  for (int i = 0; i < kVectors; ++i) samples[i] = static_cast<std::uint32_t>(i);
  std::vector<double> sums(std::size_t(request.outputs) * kVectors, 0.0);
  BitSerialWorkspace workspace;
  for (auto _ : state) {
    packed.multiply(inputs.data(), kVectors, kVectors, {positions.data(), samples.data()}, sums.data(), kVectors,
                    workspace);
    benchmark::DoNotOptimize(sums.data());
  }
  state.counters["MVM/s"] = benchmark::Counter(double(kVectors), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_BitSerialMvm256(benchmark::State& state) {
  bit_serial_256(state, 0, ReadNoiseModel::constant);
}
BENCHMARK(BM_BitSerialMvm256)->Unit(benchmark::kMillisecond);

void BM_BitSerialMvm256ReadNoise(benchmark::State& state) {
  bit_serial_256(state, 0.02, ReadNoiseModel::constant);
}
BENCHMARK(BM_BitSerialMvm256ReadNoise)->Unit(benchmark::kMillisecond);

void BM_BitSerialMvm256ProportionalReadNoise(benchmark::State& state) {
  bit_serial_256(state, 0.02, ReadNoiseModel::proportional);
}
BENCHMARK(BM_BitSerialMvm256ProportionalReadNoise)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nvcim::sim
