// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/program_energy.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "arch/conductance_grid.h"
#include "arch/cost/energy_table.h"
#include "device/pulse_ramp.h"
#include "sim/programming/row_tally.h"
#include "sim/programming/write_timing.h"

namespace nvcim::sim {
namespace {

class Sum {
 public:
  explicit Sum(const ProgramJob& job) { energy_.nodes.resize(job.network.nodes.size()); }

  void add(const std::string& part, std::size_t node, double joules) {
    auto spot =
        std::find_if(energy_.parts.begin(), energy_.parts.end(), [&](const auto& p) { return p.first == part; });
    if (spot == energy_.parts.end()) spot = energy_.parts.insert(energy_.parts.end(), {part, 0.0});
    spot->second += joules;
    energy_.nodes[node] += joules;
    energy_.total += joules;
  }
  ProgramEnergy take() { return std::move(energy_); }

 private:
  ProgramEnergy energy_;
};

}  // namespace

ProgramEnergy program_energy(const ProgramJob& job, const ProgramCounts& counts) {
  constexpr std::array<const char*, kPulseKinds> kNames = {"pulses.first_write", "pulses.set", "pulses.reset"};
  const Architecture& a = job.architecture;
  const device::Pulse first = WriteTiming(a).first_pulse();
  const device::PulseRamp set(a.set_pulse), reset(a.reset_pulse);
  const auto pulse_at = [&](int kind, int step) {
    if (kind == static_cast<int>(PulseKind::first_write)) return first;
    return (kind == static_cast<int>(PulseKind::set) ? set : reset).at(step);
  };
  Sum sum(job);
  for (std::size_t node = 0; node < counts.pulses.size(); ++node) {
    if (job.plan.layer_of_node[node] < 0) continue;
    const int weight_bits = job.plan.layers[job.plan.layer_of_node[node]].encoding.weight_bits;
    const Conductance step = conductance_grid(a, weight_bits).step;
    for (int kind = 0; kind < kPulseKinds; ++kind)
      for (std::size_t ramp = 0; ramp < counts.pulses[node][kind].size(); ++ramp) {
        PulseTally pulsed = counts.pulses[node][kind][ramp];
        const device::Pulse pulse = pulse_at(kind, static_cast<int>(ramp));
        PulseTally half{0, 0, pulsed.half_selected};
        pulsed.half_selected = 0;
        sum.add(kNames[kind], node, pulse_joules(pulsed, pulse, step));
        if (half.half_selected > 0) sum.add("half_selected", node, pulse_joules(half, pulse, step));
      }
    for (const EnergyEntry& entry : energy_table(a, weight_bits).entries) {
      const std::uint64_t count = counts.events.of(node + 1, entry.event);
      if (count > 0) sum.add(entry.component, node, static_cast<double>(count) * entry.per_count.value());
    }
  }
  return sum.take();
}

double program_seconds(const ProgramJob& job, Cycle cycles) {
  return static_cast<double>(cycles) / job.architecture.chip.clock.value();
}

std::uint64_t attempts_of_everything(const ProgramJob& job, int threads) {
  const mapping::WrittenCells all = mapping::write_cells(job.architecture, job.network, job.plan,
                                                         mapping::verify_all(job.plan), job.draws, true, threads);
  std::uint64_t pulses = 0;
  for (const mapping::WrittenBlock& block : all.blocks)
    pulses = std::accumulate(block.pulses.begin(), block.pulses.end(), pulses) - block.pulses.size();
  return pulses;
}

}  // namespace nvcim::sim
