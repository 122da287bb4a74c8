// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/float_graph.h"

/// A network in floating point at work (library nvcim_sensitivity, for OpenBLAS). Single precision; batches are cut by
/// number of sample, so that results do not depend on the threads.
namespace nvcim::workloads {

/// How 8-bit pixels become real inputs: input = pixel * scale + offset.
struct PixelScale {
  std::vector<double> scale, offset;  ///< [channels]
};

/// (pixel / 255 - mean) / deviation. @param mean, deviation [channels]
PixelScale normalised_pixels(const std::vector<double>& mean, const std::vector<double>& deviation);

struct InferenceOptions {
  int threads = 1;
  std::function<void(int done, int total)> progress;  ///< called from one thread at a time; may be empty
  /// Told the stored values of every node, batch by batch, from several threads at once; may be empty.
  std::function<void(int node, std::span<const float> values)> observe = {};
};

/// @param inputs [samples][input size] stored values
/// @return real logits [samples][classes]
std::vector<float> infer(const FloatGraph& graph, std::span<const float> inputs, int samples,
                         const InferenceOptions& options = {});

/// The same from images. @param pixels [samples][input size]
std::vector<float> infer(const FloatGraph& graph, const PixelScale& to_input, std::span<const std::uint8_t> pixels,
                         int samples, const InferenceOptions& options = {});

/// Logits of a quantised network in whole steps, as workloads::reference_logits has them, but far faster: exact while
/// sums stay below 2^24 (single precision), past that a sum may round to a neighbouring one.
/// @param pixels  [samples][input size]
std::vector<float> infer(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                         const InferenceOptions& options = {});

/// Samples whose largest logit, the first of equals, is that of their label. @param logits [samples][classes]
int count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels);

}  // namespace nvcim::workloads
