// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "sim/report/result.h"
#include "workloads/dataset.h"
#include "workloads/float_inference.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// What a network is made of, what it needs of a chip, and what its quantisation costs.
struct WorkloadRequest {
  Architecture architecture;
  workloads::Network network;  ///< quantised; its shape alone where `quantised` is false
  bool quantised = true;
  const workloads::FloatGraph* graph = nullptr;  ///< the network before quantisation, or none
  std::optional<workloads::PixelScale> pixels;   ///< of `graph`; with data
  std::optional<workloads::Dataset> data;        ///< none: nothing is run
  int threads = 1;
  std::function<void(std::string)> begin;  ///< told what starts; may be empty
  std::function<void(int, int)> progress;  ///< of it; may be empty
};

struct WorkloadLayer {
  std::string name;
  std::string operation;  ///< "convolution 3 x 3 / 2, relu"
  std::string unit;       ///< "crossbars", or the digital unit that does it
  workloads::Shape output;
  std::int64_t macs = 0, parameters = 0;
  int crossbars = 0;  ///< that hold some of it
};

struct WorkloadStudy {
  std::vector<WorkloadLayer> layers;
  std::int64_t macs = 0, parameters = 0;
  std::string not_placed;  ///< why this kind of chip cannot hold it, however large; then the crossbars are 0
  int crossbars = 0;       ///< needed for one copy of everything
  int available = 0;       ///< on the chip
  double utilization = 0;
  std::optional<double> float_accuracy, accuracy;  ///< 0…1 of the data; measured
  double float_seconds = 0, seconds = 0;           ///< that took
};

/// Errors: InputError: data of another shape. A network that the chip cannot hold is none.
WorkloadStudy run_workload(const WorkloadRequest& request);

/// What all commands write, without version and command.
Result result_of(const WorkloadRequest& request, const WorkloadStudy& study);
/// For a terminal, at most 100 columns.
std::string workload_table(const WorkloadRequest& request, const WorkloadStudy& study);

}  // namespace nvcim::sim
