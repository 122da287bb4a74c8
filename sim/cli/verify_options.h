// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "mapping/selection/selection.h"
#include "sim/cli/command_line.h"
#include "sim/cli/progress.h"
#include "sim/parallel/ranks.h"
#include "workloads/network.h"

namespace nvcim::cli {

/// How cells are chosen for verification: options that several commands share.
struct VerifyOptions {
  std::string granularity = "weight";
  std::string sensitivity = "recursion";
  int sensitivity_samples = 0;  ///< 0: all
};

extern const std::map<std::string, mapping::SelectionMethod> kSelectionMethods;
extern const std::map<std::string, mapping::Granularity> kGranularities;

/// Adds --granularity, --sensitivity and --sensitivity-samples.
void add_verify_options(CLI::App& command, VerifyOptions& options);

/// Their words for a command that repeats the work.
std::vector<std::string> verify_words(const VerifyOptions& options);

/// Validator: one of the names of the methods.
CLI::Validator is_selection_method();

/// Curvature of the normalised weights on the training set: the test set is what studies report on. The same in every
/// rank. Errors: InputError: no such data, or data that do not suit the network.
mapping::WeightValues measure_curvature(const VerifyOptions& options, const workloads::Network& network,
                                        const std::string& data_name, int threads, Progress& progress,
                                        sim::Ranks& ranks);

}  // namespace nvcim::cli
