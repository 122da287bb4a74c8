// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/quantisation.h"
#include "workloads/training.h"

namespace nvcim::workloads {

/// Everything that decides how a training goes on after an epoch.
struct TrainingState {
  int epoch = 0;  ///< finished
  int steps = 0;  ///< of the optimiser in this phase
  double sigma_low = 0, sigma_high = 0;
  double float_accuracy = -1;
  std::vector<MapScale> scales;            ///< of the maps, per node
  std::vector<std::vector<float>> values;  ///< parameters, then their two moments
  std::vector<EpochRecord> history;
  bool operator==(const TrainingState&) const = default;
};

/// Writes the file whole or not at all. @param identity  of the training, one word
/// Errors: InputError with the system's reason.
void save_checkpoint(const std::filesystem::path& file, const std::string& identity, const TrainingState& state);

/// @return  false if there is no such file
/// Errors: InputError for a file that is damaged or of another identity.
bool load_checkpoint(const std::filesystem::path& file, const std::string& identity, TrainingState& state);

}  // namespace nvcim::workloads
