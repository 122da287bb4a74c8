// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "workloads/float_graph.h"
#include "workloads/float_inference.h"
#include "workloads/network.h"

namespace nvcim::workloads {

/// A node of a network, before quantisation.
struct LoweredNode {
  Node node;       ///< name, kind, inputs, shapes, window, groups, dilation, lists; no codes and no scales yet
  int values = 0;  ///< node of the float graph whose values its map holds
  /// Least and largest value that it lets through: an activation that rounding does on the way.
  std::optional<std::pair<double, double>> clamp;
  std::vector<float> weights;              ///< mvm: as MvmLayer's, real
  std::vector<double> bias;                ///< mvm: [outputs], real
  std::function<double(double)> function;  ///< lookup: of real values
  bool passes() const;                     ///< its map has the scale of what it reads: pool, rearrange, concat
};

/// A network in floating point as the chip's nodes. Convolutions and fully connected layers run on crossbars,
/// everything else on the digital units; reshaping costs nothing.
struct Lowered {
  std::string name;
  Shape input;
  std::optional<PixelScale> pixels;  ///< real input = pixel * scale + offset, with what the graph does to it first
  std::vector<LoweredNode> nodes;
  std::vector<std::string> value_names;  ///< [nodes of the float graph]

  /// Nodes of the float graph whose ranges have to be known: what is not passed through, less the logits.
  std::vector<int> calibrated() const;
};

/// Folds scalings into the convolution after them where that is exact, relu and clip into the node before them,
/// scalings of the image into `pixels`. A scaling per channel that stays becomes a convolution of one input per output.
/// @param pixels  none: shapes only
/// Errors: InputError naming every node that the chip's nodes cannot express.
Lowered lower(const std::string& name, FloatGraph graph, const std::optional<PixelScale>& pixels);

}  // namespace nvcim::workloads
