// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mapping/selection/selection.h"
#include "sim/cli/command_line.h"
#include "sim/cli/progress.h"
#include "sim/parallel/ranks.h"
#include "sim/studies/sweep.h"
#include "workloads/network.h"

/// What commands that choose cells take from their user.
namespace nvcim::cli {

/// Without file:PATH.
const std::map<std::string, mapping::SelectionMethod>& selection_methods();
const std::map<std::string, mapping::Granularity>& granularities();
const std::map<std::string, mapping::SelectionOrder>& orders();

/// One of the keys of such a map, as a check of the command line.
template <class T>
CLI::Validator is_name_of(const std::map<std::string, T>& names) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : names) keys.push_back(key);
  return is_one_of(std::move(keys));
}

/// "swim", "magnitude", "random", "layer_order" or "file:PATH". @return false for anything else
bool parse_method(const std::string& text, mapping::SelectionMethod& method, std::string& file);
/// The same as a check of the command line. @param more  names that the command takes beside them
CLI::Validator is_method(std::vector<std::string> more = {});

/// A method of a sweep: "swim", "swim/row", "magnitude/weight/per_time", "file:PATH", "in_situ". What it does not name
/// is taken from the defaults. @return false for anything else
bool parse_sweep_method(const std::string& text, const sim::SweepMethod& defaults, sim::SweepMethod& method,
                        std::string& file);

/// Where swim's second derivatives come from.
struct CurvatureOptions {
  std::string sensitivity = "recursion";
  int sensitivity_samples = 0;
  std::string sensitivity_file;
};
/// Adds --sensitivity and --sensitivity-samples.
void add_measured_curvature_options(CLI::App& command, CurvatureOptions& options);
/// The same and --sensitivity-file.
void add_curvature_options(CLI::App& command, CurvatureOptions& options);
/// As words of a command that repeats it. @param from  folder in which it is given
std::vector<std::string> curvature_words(const CurvatureOptions& options, const std::filesystem::path& from);

struct Curvature {
  mapping::WeightValues values;
  std::string origin;
};
/// Reads the file, or measures on the training set: the test set is what studies report on.
/// Errors: InputError: a file or data that do not suit the network.
Curvature get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                        const std::string& data_name, int threads, Progress& progress);
/// Its values, read or measured by one rank for all: sums of floating point numbers may differ between machines.
mapping::WeightValues get_curvature(const CurvatureOptions& options, const workloads::Network& network,
                                    const std::string& data_name, int threads, Progress& progress, sim::Ranks& ranks);

/// How cells are chosen for verification where the method has an option of its own.
struct VerifyOptions {
  std::string granularity = "weight";
  CurvatureOptions curvature;
};
/// Adds --granularity and how curvature is measured.
void add_verify_options(CLI::App& command, VerifyOptions& options);
/// As words of a command that repeats it. @param from  folder in which it is given
std::vector<std::string> verify_words(const VerifyOptions& options, const std::filesystem::path& from);

/// Scores of the user's own. Errors: InputError: also a negative one.
mapping::WeightValues load_scores(const std::string& file, const workloads::Network& network);

}  // namespace nvcim::cli
