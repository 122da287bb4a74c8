// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mapping/perturbation.h"
#include "sim/engine.h"
#include "sim/report/costs.h"
#include "sim/report/metrics.h"
#include "sim/report/result.h"

/// Turns what the engines left behind into figures (contract C5) and checks them. Everything the terminal table, the
/// result files and the HTML page show is in a RunReport; nothing is computed later.
namespace nvcim::sim {

/// What programming a chip took.
struct ProgrammingCost {
  double seconds = 0;
  double joules = 0;
};

/// What a run left behind; references must outlive make_run_report.
struct RunRecord {
  const Architecture& architecture;
  const workloads::Network& network;
  const mapping::Plan& plan;
  const mapping::ChipInstance& chip;
  std::string data;  ///< name of the data set
  std::uint64_t seed = 0;
  std::uint32_t instance = 0;
  std::optional<mapping::StateCounts> cell_states = {};      ///< of the chip's cells; none when their codes were chosen
  std::string programmed_name = {};                          ///< of a chip that was programmed before
  std::optional<ProgrammingCost> programming = {};           ///< of a chip that was programmed for this run
  const mapping::Perturbation* perturbation = nullptr;       ///< when the deviations of the cells were chosen
  std::string perturbation_name = {};                        ///< of it
  std::span<const std::uint8_t> labels;                      ///< [samples], or empty: accuracy means nothing
  std::span<const int> reference_predicted;                  ///< [samples], or empty like them
  const InferenceResult* functional = nullptr;               ///< all samples, when it ran
  const CycleResult* cycle = nullptr;                        ///< the first samples, when it ran
  const EventCounts* functional_on_cycle_samples = nullptr;  ///< when both ran: checked against cycle
};

struct Metric {
  std::string name;
  double value = 0;
  const MetricInfo* info = nullptr;
  std::optional<double> low = {}, high = {};  ///< 95 % interval, where there is one
};

struct LayerRow {
  std::string name;
  std::string kind;  ///< "input", "convolution", "linear", "pooling"
  std::int64_t macs = 0;
  double energy = 0;            ///< J, dynamic, one inference
  std::optional<double> start;  ///< s after the first input, first sample
  std::optional<double> end;
  int crossbars = 0;
  int copies = 0;
  int row_blocks = 0, column_blocks = 0;
};

struct UnitRow {
  std::string name;
  double busy = 0;  ///< of the cycle run
  double stall = 0;
};

/// A block as it lies on the chip.
struct PlacedBlock {
  int tile = 0;
  int crossbar = 0;  ///< within the tile
  int layer = 0;     ///< index in RunReport::layers
  int row = 0, column = 0, rows = 0, columns = 0;
};

struct RunReport {
  std::string architecture, description, network, data;
  std::string chip;             ///< name of a chip that was programmed before, else empty
  std::string time;             ///< since programming, in words; empty right after it
  std::uint64_t seed = 0;       ///< of the chip's draws
  int samples = 0;              ///< behind accuracy and energy
  int cycle_samples = 0;        ///< behind the times; 0: the cycle model did not run
  bool compared = false;        ///< both engines ran and were found equal
  std::vector<Metric> metrics;  ///< in the order of the registry
  std::vector<Fact> facts;
  std::vector<LayerRow> layers;  ///< the input, then every node
  std::vector<UnitRow> units;    ///< that did anything, busiest first
  std::vector<PlacedBlock> floor_plan;
  int mesh_rows = 0, mesh_columns = 0, crossbars_per_tile = 0, crossbar_rows = 0, crossbar_columns = 0;

  /// Whether the interval is of samples that follow each other; that of a single one is its latency.
  bool fills_pipeline() const { return cycle_samples > 1; }
  const Metric* find(std::string_view name) const;
  double value(std::string_view name) const;  ///< of a metric that must be there
  /// energy.inference, or energy.dynamic where the static part is not known.
  const Metric& known_energy() const;
  /// Metrics of one family of the registry ("energy.layer.*"), largest first: the parts of a breakdown.
  std::vector<const Metric*> family(std::string_view pattern) const;
};

/// What all commands write, without version and command.
Result result_of(const RunReport& report);

/// Every invariant of a run is checked here with NVCIM_CHECK: finite and non-negative figures, parts that sum to their
/// totals, equal counts of both engines.
RunReport make_run_report(const RunRecord& record, const Costs& costs);

/// The part of those checks that needs only the figures; used by make_run_report, apart for tests.
void check_run_report(const RunReport& report);

}  // namespace nvcim::sim
