// SPDX-License-Identifier: Apache-2.0
// The signature test: on random architectures, networks and noise the SystemC model and the batched engine leave the
// same bits behind, layer by layer, and count the same events.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>

#include "arch/input_error.h"
#include "device/check_device.h"
#include "device/models/device_law.h"
#include "sim/engine.h"
#include "tests/equivalence/random_architecture.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"

namespace nvcim {
namespace {

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// First difference between two results in words; empty when there is none.
std::string difference(const workloads::Network& network, const sim::InferenceResult& a,
                       const sim::InferenceResult& b) {
  if (a.traces.size() != b.traces.size()) return fmt::format("{} and {} traces", a.traces.size(), b.traces.size());
  for (std::size_t sample = 0; sample < a.traces.size(); ++sample) {
    const sim::SampleTrace& x = a.traces[sample];
    const sim::SampleTrace& y = b.traces[sample];
    if (x.sums.size() != y.sums.size() || x.codes.size() != y.codes.size()) return "traces of different shape";
    for (std::size_t layer = 0; layer < x.sums.size(); ++layer)
      if (!same_bytes(x.sums[layer], y.sums[layer]))
        return fmt::format("sample {}: sums of MVM layer {} differ", sample, layer);
    for (std::size_t node = 0; node < x.codes.size(); ++node)
      if (!same_bytes(x.codes[node], y.codes[node]))
        return fmt::format("sample {}: codes of {} differ", sample, network.nodes[node].name);
  }
  if (!same_bytes(a.logits, b.logits)) return "logits differ";
  if (!same_bytes(a.predicted, b.predicted)) return "predictions differ";
  for (std::size_t row = 0; row < a.counts.rows(); ++row)
    for (const EventInfo& info : kEventInfo)
      if (a.counts.of(row, info.event) != b.counts.of(row, info.event))
        return fmt::format("count of {} in row {}: {} and {}", info.name, row, a.counts.of(row, info.event),
                           b.counts.of(row, info.event));
  return a.counts == b.counts ? "" : "counts of different shape";
}

/// Runs `task` in a child process (SystemC elaborates once per process) and returns the text it leaves.
template <class Task>
std::string in_child(Task task) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    std::string text;
    try {
      text = task();
    } catch (const std::exception& error) {
      text = std::string("threw: ") + error.what();
    }
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) text += fmt::format(" [child ended with status {}]", status);
  return text;
}

std::string run_case(const workloads::Network& network, const Architecture& architecture, std::uint64_t seed) {
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  const mapping::ChipInstance chip = mapping::program_once(architecture, network, plan, seed, 3);
  const sim::ChipRun run{architecture, network, plan, chip};
  const int samples = 1 + static_cast<int>(seed % 3);
  const std::vector<std::uint8_t> pixels = testing::random_images(network, samples, seed);
  sim::EngineOptions options;
  options.keep_traces = true;
  options.first_sample = static_cast<std::uint32_t>(seed % 1000);
  options.batch = 1 + static_cast<int>(seed % 5);
  options.threads = 1 + static_cast<int>(seed % 2);
  const sim::CycleResult cycle = sim::run_systemc(run, pixels, samples, options);
  const sim::InferenceResult batched = sim::run_functional(run, pixels, samples, options);
  if (cycle.timeline.samples.size() != static_cast<std::size_t>(samples))
    return "timeline of another number of samples";
  return difference(network, cycle.inference, batched);
}

constexpr int kCasesPerTest = 20;

class Equivalence : public ::testing::TestWithParam<int> {};

TEST_P(Equivalence, SystemCAndFunctionalEnginesLeaveTheSameBits) {
  for (int i = 0; i < kCasesPerTest; ++i) {
    const std::uint64_t seed =
        static_cast<std::uint64_t>(GetParam()) * kCasesPerTest + static_cast<std::uint64_t>(i) + 1;
    EXPECT_EQ(in_child([&] {
                const workloads::Network network = testing::random_network(seed);
                return run_case(network, testing::random_architecture(seed, network), seed);
              }),
              "")
        << "case " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(TwentyCases, Equivalence, ::testing::Range(0, 30));

class GraphEquivalence : public ::testing::TestWithParam<int> {};

/// The same for sums, products, concatenations, tables, rearrangements, groups and dilations. Paths that meet may need
/// more room than the random buffers have, which is refused by name; then the case runs with more.
TEST_P(GraphEquivalence, SystemCAndFunctionalEnginesLeaveTheSameBits) {
  for (int i = 0; i < kCasesPerTest; ++i) {
    const std::uint64_t seed =
        static_cast<std::uint64_t>(GetParam()) * kCasesPerTest + static_cast<std::uint64_t>(i) + 1;
    EXPECT_EQ(in_child([&]() -> std::string {
                const workloads::Network network = testing::random_graph(seed);
                Architecture architecture = testing::random_architecture(seed, network);
                try {
                  return run_case(network, architecture, seed);
                } catch (const InputError& error) {
                  for (const InputIssue& issue : error.issues())
                    if (issue.pointer.find("/buffer/") != 0) return error.what();
                }
                architecture.buffer.input_kibibytes = architecture.buffer.output_kibibytes = 64;
                return run_case(network, architecture, seed);
              }),
              "")
        << "graph " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(TwentyCases, GraphEquivalence, ::testing::Range(0, 20));

TEST(Equivalence, HoldsForResidualNetworks) {
  // All stages, strides and shortcuts of ResNet-20 and -18, in a part of their width on a part of their image.
  for (const bool projected : {false, true})
    EXPECT_EQ(in_child([&] {
                const workloads::Network network =
                    projected ? testing::random_resnet18(3, 16, 8) : testing::random_resnet20(2, 4, 16);
                Architecture architecture;
                architecture.name = "residual";
                architecture.device.read_noise = 0.02;
                architecture.chip.mesh_rows = architecture.chip.mesh_columns = 8;
                return run_case(network, architecture, 2);
              }),
              "")
        << projected;
}

TEST(Equivalence, HoldsForLeNetWithEveryEffectAtOnce) {
  EXPECT_EQ(in_child([] {
              const workloads::Network network = testing::random_lenet(5);
              Architecture architecture;
              architecture.name = "every effect";
              architecture.device.read_noise = 0.02;
              architecture.device.read_noise_model = ReadNoiseModel::proportional;
              architecture.device.stuck_at_g_min = architecture.device.stuck_at_g_max = 0.01;
              architecture.adc.offset_sigma = 0.5;
              architecture.adc.gain_sigma = 0.02;
              architecture.adc.inl = 0.5;
              architecture.mapping.packing = Packing::crossbar;
              architecture.mapping.duplicate = {{network.nodes[0].name, 4}, {network.nodes[2].name, 2}};
              return run_case(network, architecture, 5);
            }),
            "");
}

// What the random cases are drawn from: a choice that no case takes is a choice that nothing compares.
TEST(Equivalence, EveryDeviceModelNoiseAndAgeingIsDrawn) {
  std::map<std::string, int> drawn;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {  // the seeds of the cases above
    const workloads::Network network = testing::random_network(seed);
    const Architecture a = testing::random_architecture(seed, network);
    const std::vector<Contradiction> faults = device::check_device(a);
    ASSERT_TRUE(faults.empty()) << seed << ": " << faults.front().message;
    const auto count = [&](const char* what, auto choice) { ++drawn[fmt::format("{} {}", what, choice_text(choice))]; };
    count("model", a.device.model);
    count("encoding", a.crossbar.encoding);
    count("range", a.adc.range);
    count("relaxation", a.device.relaxation);
    if (a.device.relaxation != RelaxationModel::none) count("shape", a.device.relaxation_shape);
    if (a.device.drift == DriftModel::model && a.device.age.value() > 0) count("drift of", a.device.model);
    const bool of_model = a.device.read_noise_model == ReadNoiseModel::model;
    if (of_model || a.device.read_noise > 0) count("read noise", a.device.read_noise_model);
    if (of_model) count("read noise of", a.device.model);
    if (a.device.device_to_device > 0) ++drawn["device to device"];
    if (a.crossbar.wire_model != WireModel::none) ++drawn["wires"];
  }
  std::vector<std::string> wanted = {"device to device", "wires"};
  for (const auto& entry : EnumNames<DeviceModel>::all) {
    wanted.push_back(fmt::format("model {}", entry.text));
    const device::DeviceLaw& law = device::device_law(entry.value);
    if (law.drift) wanted.push_back(fmt::format("drift of {}", entry.text));
    if (law.read_sigma != nullptr) wanted.push_back(fmt::format("read noise of {}", entry.text));
  }
  for (const auto& entry : EnumNames<RelaxationShape>::all) wanted.push_back(fmt::format("shape {}", entry.text));
  for (const auto& entry : EnumNames<RelaxationModel>::all) wanted.push_back(fmt::format("relaxation {}", entry.text));
  for (const auto& entry : EnumNames<ReadNoiseModel>::all) wanted.push_back(fmt::format("read noise {}", entry.text));
  for (const auto& entry : EnumNames<Encoding>::all) wanted.push_back(fmt::format("encoding {}", entry.text));
  for (const auto& entry : EnumNames<AdcRange>::all) wanted.push_back(fmt::format("range {}", entry.text));
  for (const std::string& choice : wanted) EXPECT_GE(drawn[choice], 5) << choice;
}

TEST(Equivalence, OneChangedCellIsSeen) {
  // The comparison itself must be able to fail: the same case on a chip with one other cell.
  const std::string text = in_child([] {
    const workloads::Network network = testing::random_network(1);
    Architecture architecture = testing::random_architecture(1, network);
    architecture.device.read_noise = 0;
    architecture.adc.model = AdcModel::ideal;
    const mapping::Plan plan = mapping::make_plan(architecture, network);
    const mapping::ChipInstance chip = mapping::program_once(architecture, network, plan, 1, 0);
    mapping::ChipInstance other = chip;
    for (std::int16_t& code : other.blocks[0].codes) code = static_cast<std::int16_t>(code + 1);
    const std::vector<std::uint8_t> pixels = testing::random_images(network, 1, 1);
    sim::EngineOptions options;
    options.keep_traces = true;
    return difference(network, sim::run_functional({architecture, network, plan, chip}, pixels, 1, options),
                      sim::run_functional({architecture, network, plan, other}, pixels, 1, options));
  });
  EXPECT_NE(text.find("sums of MVM layer 0 differ"), std::string::npos) << text;
}

}  // namespace
}  // namespace nvcim
