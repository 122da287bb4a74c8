// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "mapping/selection/selection.h"
#include "sim/cli/progress.h"
#include "sim/parallel/ranks.h"
#include "sim/studies/options/selection_options.h"
#include "workloads/network.h"

/// What commands that choose cells take from their user.
namespace nvcim::cli {

using sim::CurvatureOptions;
using sim::CurvatureOrFileOptions;

struct Curvature {
  mapping::WeightValues values;
  std::string origin;
};
/// Measured on the training set, since the test set is what studies report on, or read from the file.
/// Errors: InputError: a file or data that do not suit the network.
Curvature get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress);
Curvature get_curvature(const CurvatureOrFileOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress);
/// Its values, read or measured by one rank for all: sums of floating point numbers may differ between machines.
mapping::WeightValues from_lead(const workloads::Network& network, sim::Ranks& ranks,
                                const std::function<Curvature()>& get);

/// Scores of the user's own. Errors: InputError: also a negative one.
mapping::WeightValues load_scores(const std::string& file, const workloads::Network& network);

}  // namespace nvcim::cli
