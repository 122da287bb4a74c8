// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/html_report.h"
#include "sim/report/result.h"
#include "workloads/training.h"

namespace nvcim::sim {

/// What a training did, epoch by epoch.
struct TrainingReport {
  std::string network, data;
  int samples = 0;             ///< trained on
  double accuracy = 0;         ///< of the quantised network on the test set, without a chip, 0…1
  double float_accuracy = -1;  ///< before quantisation; negative: not measured
  std::uint64_t seed = 1;
  workloads::NoiseOptions noise;

  /// How replicas were judged.
  struct Judged {
    std::string chip;  ///< architecture
    int samples = 0;   ///< held out
    double kpp = 5;    ///< k in percent
    int instances = 0;
  };
  std::optional<Judged> judged;
  std::vector<workloads::EpochRecord> epochs;
};

/// What all commands write, without version and command.
Result result_of(const TrainingReport& report);
/// For a terminal, at most 96 columns.
std::string training_text(const TrainingReport& report);
std::string training_page(const TrainingReport& report, const PageTexts& texts);

}  // namespace nvcim::sim
