// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "arch/events.h"
#include "arch/parameters.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "workloads/network.h"

/// What both engines take and give. Contract: for the same inputs, traces, logits and counts are equal bit for bit.
namespace nvcim::sim {

/// One programmed chip with one network on it; references must outlive the engine's call.
struct ChipRun {
  const Architecture& architecture;
  const workloads::Network& network;
  const mapping::Plan& plan;
  const mapping::ChipInstance& chip;
};

struct EngineOptions {
  int threads = 1;
  int batch = 0;  ///< samples that a worker takes at a time (functional engine); 0: as many as suit the network
  bool keep_traces = false;                           ///< fill SampleResult::sums and codes
  std::uint32_t first_sample = 0;                     ///< number of the first sample, the address of its read noise
  std::function<void(int done, int total)> progress;  ///< called from one thread at a time; may be empty
};

/// Everything one sample left behind, for comparison between engines.
struct SampleTrace {
  std::vector<std::vector<std::int64_t>>
      sums;  ///< [MVM layers][outputs][positions] code sums after shift-add and accumulation
  std::vector<std::vector<std::uint8_t>> codes;  ///< [nodes][output.size()]; empty for the raw output of the last
};

struct InferenceResult {
  std::vector<double> logits;       ///< [samples][classes]
  std::vector<int> predicted;       ///< [samples]
  std::vector<std::uint8_t> codes;  ///< [samples][outputs] of a network that ends in codes; it has no logits or classes
  std::vector<SampleTrace> traces;  ///< [samples] when asked for
  EventCounts counts;               ///< over all samples
};

/// Batched engine. @param pixels [samples][input.size()]
InferenceResult run_functional(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                               const EngineOptions& options);

/// What only the cycle model knows. Cycles of chip.clock from the start of the simulation.
struct Timeline {
  struct Sample {
    std::uint64_t first_input = 0;  ///< first bit of the image leaves external memory
    std::uint64_t last_output = 0;  ///< last bit of the result reaches external memory
  };
  std::vector<Sample> samples;
  std::uint64_t total_cycles = 0;   ///< until the machine is at rest; pixels that no layer reads come after the result
  std::uint64_t at_full_scale = 0;  ///< conversions that gave an outermost code: what lies beyond it is lost
  struct Unit {
    std::string name;  ///< "tile3.crossbar2.adc", "router(1,2)", …
    std::uint64_t busy_cycles = 0;
    std::uint64_t stall_cycles = 0;  ///< had work but waited for somebody
  };
  std::vector<Unit> units;
  struct Layer {
    std::uint64_t first_start = 0;  ///< first MVM of the first sample starts
    std::uint64_t last_end = 0;     ///< its last output of the first sample leaves
  };
  std::vector<Layer> layers;  ///< [nodes]
};

struct CycleResult {
  InferenceResult inference;
  Timeline timeline;
};

/// Cycle-level SystemC engine: samples follow each other through the layer pipeline as fast as it takes them.
/// May be called any number of times in a process (each call has a SystemC kernel of its own), from one thread at a
/// time.
/// Errors: InputError when the pipeline cannot flow (who waits for whom), found before or by the watchdog.
CycleResult run_systemc(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                        const EngineOptions& options);

}  // namespace nvcim::sim
