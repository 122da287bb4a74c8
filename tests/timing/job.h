// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/systemc/machine.h"
#include "tests/support/random_network.h"

namespace nvcim::testing {

/// The default architecture with ideal cells and converters, so that outputs equal the integer reference.
inline Architecture ideal_architecture() {
  Architecture architecture;
  architecture.name = "test";
  architecture.device.model = DeviceModel("ideal");
  architecture.device.sigma = 0;
  architecture.adc.model = AdcModel::ideal;
  return architecture;
}

/// A network programmed on a chip, with images.
struct Job {
  Job(Architecture a, workloads::Network n, int sample_count)
      : architecture(std::move(a)),
        network(std::move(n)),
        plan(mapping::make_plan(architecture, network)),
        schedule(mapping::make_schedule(architecture, network, plan)),
        chip(mapping::program_once(architecture, network, plan, 1, 0)),
        samples(sample_count),
        pixels(random_images(network, samples, 7)) {}

  sim::ChipRun chip_run() const { return {architecture, network, plan, chip}; }
  sim::CycleResult run(const sim::MachineProbe& probe = {}, int threads = 1) const {
    sim::EngineOptions options;
    options.keep_traces = true;
    options.threads = threads;
    return sim::run_machine(chip_run(), schedule, pixels, samples, options, probe);
  }

  Architecture architecture;
  workloads::Network network;
  mapping::Plan plan;
  mapping::Schedule schedule;
  mapping::ChipInstance chip;
  int samples;
  std::vector<std::uint8_t> pixels;
};

}  // namespace nvcim::testing
