// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/input_error.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

Architecture ideal_architecture() {
  Architecture architecture;
  architecture.name = "test";
  architecture.device.model = DeviceModel::ideal;
  architecture.device.sigma = 0;
  architecture.adc.model = AdcModel::ideal;
  return architecture;
}

struct Job {
  Job(Architecture a, workloads::Network n, int sample_count)
      : architecture(std::move(a)),
        network(std::move(n)),
        plan(mapping::make_plan(architecture, network)),
        schedule(mapping::make_schedule(architecture, network, plan)),
        chip(mapping::program_once(architecture, network, plan, 1, 0)),
        samples(sample_count),
        pixels(testing::random_images(network, samples, 7)) {}
  CycleResult run(const std::function<void(BufferShares&)>& change = {},
                  MachineStatistics* statistics = nullptr) const {
    EngineOptions options;
    options.keep_traces = true;
    return run_machine({architecture, network, plan, chip}, schedule, pixels, samples, options, change, statistics);
  }
  Architecture architecture;
  workloads::Network network;
  mapping::Plan plan;
  mapping::Schedule schedule;
  mapping::ChipInstance chip;
  int samples;
  std::vector<std::uint8_t> pixels;
};

void expect_reference(const Job& job, const CycleResult& result) {
  const std::vector<std::int64_t> reference = workloads::reference_logits(job.network, job.pixels, job.samples);
  for (std::size_t i = 0; i < reference.size(); ++i)
    ASSERT_EQ(result.inference.logits[i], static_cast<double>(reference[i])) << "logit " << i;
  const EventCounts sample = mapping::count_sample(job.architecture, job.network, job.plan, job.schedule);
  for (std::size_t row = 0; row < sample.rows(); ++row)
    for (const EventInfo& info : kEventInfo) {
      if (info.event == Event::row_drive || info.event == Event::cell_conduction) continue;
      ASSERT_EQ(result.inference.counts.of(row, info.event),
                sample.of(row, info.event) * static_cast<std::uint64_t>(job.samples))
          << info.name << " in row " << row;
    }
}

TEST(Machine, LenetGivesTheReferenceAndTheScheduledCounts) {
  const Job job(ideal_architecture(), testing::random_lenet(1), 2);
  MachineStatistics statistics;
  const CycleResult result = job.run({}, &statistics);
  expect_reference(job, result);
  // 20 to 100 thousand activations per sample is the budget.
  EXPECT_LT(statistics.activations, 100'000u * 2);
}

TEST(Machine, ManyMachinesRunOneAfterTheOtherInOneProcess) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const Job job(ideal_architecture(), testing::random_network(seed), 1 + static_cast<int>(seed % 3));
    expect_reference(job, job.run());
  }
}

}  // namespace
}  // namespace nvcim::sim
