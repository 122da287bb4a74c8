// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command_line.h"
#include "sim/cli/progress.h"
#include "workloads/calibration.h"
#include "workloads/model_file.h"

namespace nvcim::cli {

/// How a network in floating point becomes integers; the same options of every command that takes a network.
struct QuantiseOptions {
  std::string normalise;  ///< "MEAN/STD" or "none"; not given: the file's
  std::optional<int> weight_bits, activation_bits, calibration;
  std::string weight_scales;  ///< tensor or channel; not given: channel
  std::string ranges;         ///< name of the method; not given: mse

  bool any() const { return !normalise.empty() || recalibrates(); }
  bool recalibrates() const {
    return weight_bits || activation_bits || calibration || !weight_scales.empty() || !ranges.empty();
  }
};

void add_quantise_options(CLI::App& command, QuantiseOptions& options);

/// Methods of choosing a range, by the names of --ranges.
const std::map<std::string, workloads::RangeMethod>& range_methods();

/// The words that give the same options again.
std::vector<std::string> quantise_words(const QuantiseOptions& options);

/// How pixels become inputs: from --normalize, or else the file's. Errors: InputError where neither says, or not for
/// this number of channels.
workloads::PixelScale pixel_scale_of(const QuantiseOptions& options, const workloads::FloatNetwork& network);

/// What calibration chooses on the first samples of the data's training set.
/// @param data  name or folder; empty: the one that the file names
workloads::Quantisation calibrate_on(const std::string& data, const QuantiseOptions& options,
                                     const workloads::FloatNetwork& network, const workloads::Lowered& lowered,
                                     const workloads::PixelScale& pixels, int threads, Progress& progress);

/// A built-in network or an ONNX file, quantised here when it is in floating point and not yet calibrated, or when
/// options ask for it. Errors: InputError.
workloads::Network load_quantised(const std::string& name_or_path, const std::string& data,
                                  const QuantiseOptions& options, int threads);

/// The same where no data are at hand: a network in floating point that is not calibrated has the right shapes, but
/// values that mean nothing, and the names of workloads/stand_in.h are networks too.
workloads::Network load_shape(const std::string& name_or_path, const QuantiseOptions& options);

}  // namespace nvcim::cli
