// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <future>

#include "arch/check.h"
#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "sim/programming/program_energy.h"
#include "sim/programming/program_job.h"
#include "sim/report/costs.h"
#include "sim/report/terminal.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

template <class T>
void check_equal_values(const std::vector<T>& a, const std::vector<T>& b, const std::string& what) {
  NVCIM_CHECK(a.size() == b.size(), "{}: functional {} values, SystemC {}", what, a.size(), b.size());
  if (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0) return;
  const std::size_t at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
  NVCIM_CHECK(false, "{} at {}: functional {}, SystemC {}", what, at, a[std::min(at, a.size() - 1)],
              b[std::min(at, b.size() - 1)]);
}

std::vector<int> reference_classes(const RunRequest& request) {
  const int samples = request.data.samples(), classes = request.network.classes();
  const std::vector<std::int64_t> logits =
      workloads::reference_logits(request.network, request.data.pixels, samples, request.threads);
  std::vector<int> predicted;
  for (int sample = 0; sample < samples; ++sample)
    predicted.push_back(workloads::predicted_class(
        std::span<const std::int64_t>(logits).subspan(static_cast<std::size_t>(sample) * classes, classes)));
  return predicted;
}

/// What an instance is made of; the rest can be large.
mapping::WrittenCells without_history(const mapping::WrittenCells& cells) {
  mapping::WrittenCells copy;
  copy.draws = cells.draws;
  for (const mapping::WrittenBlock& block : cells.blocks)
    copy.blocks.push_back({.codes = block.codes, .writing = block.writing, .state = {}, .pulses = {}});
  return copy;
}

/// Every cell written once, in time, nothing verified.
mapping::WrittenCells write_once(const RunRequest& request, RunOutcome& outcome) {
  const mapping::WritePlan nothing_verified;
  ProgramJob job{request.architecture, request.network, outcome.plan, nothing_verified, request.draws(), {}, {},
                 request.threads};
  job.keep_history = false;
  ProgramResult result = run_programming(job);
  outcome.programming = {program_seconds(job, result.cycles), program_energy(job, result.counts).total};
  outcome.cell_states.emplace();
  std::int64_t& written = (*outcome.cell_states)[static_cast<std::size_t>(mapping::CellState::written)];
  for (const mapping::WrittenBlock& block : result.cells.blocks) written += std::ssize(block.codes);
  return std::move(result.cells);
}

mapping::ChipInstance make_chip(const RunRequest& request, RunOutcome& outcome) {
  const mapping::Plan& plan = outcome.plan;
  if (request.deviations) {
    const Architecture still = mapping::without_ageing(request.architecture);
    return mapping::make_instance(
        still, request.network, plan,
        mapping::perturbed_cells(still, request.network, plan, request.deviations->perturbation, request.draws()),
        request.threads);
  }
  if (request.chip) outcome.cell_states = mapping::count_states(request.chip->cells);
  return mapping::make_instance(request.architecture, request.network, plan,
                                request.chip ? without_history(request.chip->cells) : write_once(request, outcome),
                                request.threads);
}

}  // namespace

void check_data(const workloads::Network& network, const workloads::Dataset& data) {
  std::vector<InputIssue> issues;
  if (data.samples() == 0) issues.push_back({data.name, "", "holds no sample"});
  if (!(data.shape == network.input))
    issues.push_back({data.name, "",
                      fmt::format("images are {}, but {} takes {} (channels x height x width)", shape_text(data.shape),
                                  network.name, shape_text(network.input))});
  if (data.counted ? data.classes > network.classes() : data.classes != network.classes())
    issues.push_back(
        {data.name, "",
         fmt::format("has {} classes, but {} has {} outputs", data.classes, network.name, network.classes())});
  if (!issues.empty()) throw InputError(std::move(issues));
}

void check_equal(const workloads::Network& network, const InferenceResult& functional, const InferenceResult& systemc) {
  check_equal_values(functional.logits, systemc.logits, "outputs");
  check_equal_values(functional.predicted, systemc.predicted, "classes");
  check_equal_values(functional.codes, systemc.codes, "output codes");
  NVCIM_CHECK(functional.traces.size() == systemc.traces.size(), "{} and {} traces", functional.traces.size(),
              systemc.traces.size());
  for (std::size_t sample = 0; sample < functional.traces.size(); ++sample) {
    const SampleTrace &a = functional.traces[sample], &b = systemc.traces[sample];
    NVCIM_CHECK(a.sums.size() == b.sums.size() && a.codes.size() == b.codes.size(), "sample {}: layers", sample);
    for (std::size_t layer = 0; layer < a.sums.size(); ++layer)
      check_equal_values(a.sums[layer], b.sums[layer], fmt::format("sample {}, sums of MVM layer {}", sample, layer));
    for (std::size_t node = 0; node < a.codes.size(); ++node)
      check_equal_values(a.codes[node], b.codes[node],
                         fmt::format("sample {}, codes of {}", sample, network.nodes[node].name));
  }
}

RunOutcome run_network(const RunRequest& request) {
  NVCIM_CHECK(request.functional || request.systemc, "no engine asked for");
  check_data(request.network, request.data);
  const auto begin = [&](const char* what) {
    if (request.begin) request.begin(what);
  };
  const workloads::Dataset& data = request.data;
  const std::span<const std::uint8_t> pixels = data.pixels;
  const int cycle_samples = std::min(request.cycle_samples, data.samples());

  RunOutcome outcome;
  outcome.plan = mapping::make_plan(request.architecture, request.network, request.ending);
  begin("programming");
  outcome.chip = make_chip(request, outcome);
  const ChipRun run{request.architecture, request.network, outcome.plan, outcome.chip};

  // The cycle model first: it finds a pipeline that cannot flow, and is short. It has one thread; the other engine
  // takes its samples meanwhile where there are more.
  EngineOptions options{.threads = request.threads, .progress = request.progress};
  if (request.systemc) {
    begin("cycle model");
    options.keep_traces = request.functional;
    const auto first = pixels.first(static_cast<std::size_t>(cycle_samples) * data.shape.size());
    std::future<InferenceResult> functional;
    if (request.functional) {
      // Where the system gives no more threads it runs in this one.
      const auto how = request.threads > 1 ? std::launch::async | std::launch::deferred : std::launch::deferred;
      functional = std::async(how, [&run, first, cycle_samples, &request] {
        return run_functional(run, first, cycle_samples,
                              {.threads = std::max(1, request.threads - 1), .keep_traces = true, .progress = {}});
      });
    }
    outcome.cycle = run_systemc(run, first, cycle_samples, options);
    if (request.functional) {
      InferenceResult result = functional.get();
      check_equal(request.network, result, outcome.cycle->inference);
      outcome.functional_on_cycle_samples = result.counts;
      if (cycle_samples == data.samples()) {
        result.traces.clear();
        outcome.functional = std::move(result);
      }
    }
  }
  if (request.functional && !outcome.functional) {
    begin("functional engine");
    options.keep_traces = false;
    outcome.functional = run_functional(run, pixels, data.samples(), options);
  }
  if (request.labelled) {
    begin("reference");
    outcome.reference_predicted = reference_classes(request);
  }
  return outcome;
}

RunReport report_run(const RunRequest& request, const RunOutcome& outcome) {
  return make_run_report({.architecture = request.architecture,
                          .network = request.network,
                          .plan = outcome.plan,
                          .chip = outcome.chip,
                          .data = request.data.name,
                          .seed = outcome.chip.seed,
                          .instance = outcome.chip.instance,
                          .cell_states = outcome.cell_states,
                          .programmed_name = request.chip ? request.chip->name : "",
                          .programming = outcome.programming,
                          .perturbation = request.deviations ? &request.deviations->perturbation : nullptr,
                          .perturbation_name = request.deviations ? request.deviations->name : "",
                          .labels = request.labelled ? std::span<const std::uint8_t>(request.data.labels)
                                                     : std::span<const std::uint8_t>(),
                          .reference_predicted = outcome.reference_predicted,
                          .functional = outcome.functional ? &*outcome.functional : nullptr,
                          .cycle = outcome.cycle ? &*outcome.cycle : nullptr,
                          .functional_on_cycle_samples =
                              outcome.functional_on_cycle_samples ? &*outcome.functional_on_cycle_samples : nullptr},
                         make_costs(request.architecture, request.network));
}

}  // namespace nvcim::sim
