// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/cli/command_line.h"
#include "sim/cli/progress.h"
#include "sim/studies/options/quantise_options.h"
#include "workloads/calibration.h"
#include "workloads/model_file.h"

namespace nvcim::cli {

using sim::QuantiseOptions;

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
