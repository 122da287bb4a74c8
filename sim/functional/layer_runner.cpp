// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/layer_runner.h"

#include <algorithm>
#include <cstring>

#include "sim/analog/zero_point.h"
#include "sim/functional/requantise_row.h"
#include "sim/functional/unroll.h"

namespace nvcim::sim {
namespace {

// Vectors unrolled at a time: enough to amortise the tables of a block, few enough to stay in the caches.
constexpr int kVectors = 4096;

}  // namespace

LayerRunner::LayerRunner(const ChipRun& run, const mapping::LayerPlan& layer)
    : node_(&run.network.nodes[layer.node]),
      layer_(&layer),
      plan_(&run.plan),
      conversion_(make_conversion(run.architecture, layer.encoding, run.network.nodes[layer.node].name)),
      index_(run.plan.layer_of_node[layer.node]) {
  for (int index : layer.blocks) noisy_ = noisy_ || has_read_noise(run.chip.blocks[index]);
  if (conversion_.ideal && !noisy_) {
    const int groups = node_->mvm.groups;
    for (int part = 0; part < layer.copies * groups; ++part)
      linear_.emplace_back(node_->matrix_rows(), node_->group_outputs());
    for (int index : layer.blocks) {
      mapping::Block block = run.plan.blocks[index];
      const int group = block.output_begin / node_->group_outputs();
      block.row_begin -= group * node_->matrix_rows();
      block.output_begin -= group * node_->group_outputs();
      linear_[block.copy * groups + group].add_block(block, run.chip.blocks[index], layer.encoding);
    }
    for (LinearLayer& part : linear_) part.pack();
  } else {
    for (int index : layer.blocks)
      blocks_.emplace_back(run.chip, run.plan.blocks[index], run.chip.blocks[index], layer.encoding, node_->outputs(),
                           conversion_, run.architecture.dac.bits, node_->input_bits);
  }
  zero_point_shares_ = zero_point_shares(run.architecture, *node_, run.plan, layer, run.chip);
}

void LayerRunner::run(const std::uint8_t* maps, int images, std::uint32_t first_sample, const Output& output,
                      LayerWorkspace& workspace) const {
  const int at_once = std::max(1, kVectors / node_->positions());
  for (int begin = 0; begin < images; begin += at_once) {
    Output part = output;
    if (part.codes) part.codes += std::size_t(begin) * node_->output.size();
    if (part.logits) part.logits += std::size_t(begin) * node_->output.size();
    if (part.traces) part.traces += begin;
    run_part(maps + std::size_t(begin) * node_->input.size(), std::min(at_once, images - begin),
             first_sample + static_cast<std::uint32_t>(begin), part, workspace);
  }
}

void LayerRunner::run_part(const std::uint8_t* maps, int images, std::uint32_t first_sample, const Output& output,
                           LayerWorkspace& workspace) const {
  const workloads::Node& node = *node_;
  const std::size_t stride = std::size_t(images) * node.positions();
  std::uint8_t* windows = workspace.windows.reserve(std::size_t(node.window_rows()) * stride);
  double* sums = workspace.sums.reserve(std::size_t(node.outputs()) * stride);
  if (linear_.empty()) std::fill_n(sums, std::size_t(node.outputs()) * stride, 0.0);
  if (noisy_) fill_addresses(images, first_sample, workspace);
  std::size_t first = 0;
  for (int copy = 0; copy < layer_->copies; ++copy) {
    const int vectors = images * positions_of_copy(node, copy, layer_->copies);
    if (vectors == 0) continue;
    unroll_windows(node, maps, images, copy, layer_->copies, windows + first, stride);
    if (!linear_.empty()) {
      for (int group = 0; group < node.mvm.groups; ++group)
        linear_[copy * node.mvm.groups + group].multiply(
            windows + std::size_t(group) * node.matrix_rows() * stride + first, stride, vectors,
            sums + std::size_t(group) * node.group_outputs() * stride + first, stride, workspace.linear);
      first += static_cast<std::size_t>(vectors);
      continue;
    }
    BatchReads reads;
    if (noisy_) reads = {workspace.positions.data() + first, workspace.samples.data() + first};
    for (std::size_t at = 0; at < blocks_.size(); ++at) {
      const mapping::Block& block = plan_->blocks[layer_->blocks[at]];
      if (block.copy != copy) continue;
      blocks_[at].multiply(windows + std::size_t(block.row_begin) * stride + first, stride, vectors, reads,
                           sums + std::size_t(block.output_begin) * stride + first, stride, workspace.kernel);
    }
    first += static_cast<std::size_t>(vectors);
  }
  finish(sums, stride, images, output, workspace);
}

void LayerRunner::fill_addresses(int images, std::uint32_t first_sample, LayerWorkspace& workspace) const {
  workspace.positions.clear();
  workspace.samples.clear();
  for (int copy = 0; copy < layer_->copies; ++copy)
    for (int image = 0; image < images; ++image)
      for (int position = copy; position < node_->positions(); position += layer_->copies) {
        workspace.positions.push_back(static_cast<std::uint32_t>(position));
        workspace.samples.push_back(first_sample + static_cast<std::uint32_t>(image));
      }
}

void LayerRunner::finish(const double* sums, std::size_t stride, int images, const Output& output,
                         LayerWorkspace& workspace) const {
  const workloads::Node& node = *node_;
  const int positions = node.positions(), copies = layer_->copies;
  std::uint8_t* row = workspace.row.reserve(stride);
  // Calls place(copy, image, position, vector) for every vector.
  const auto for_each_vector = [&](auto place) {
    std::size_t vector = 0;
    for (int copy = 0; copy < copies; ++copy)
      for (int image = 0; image < images; ++image)
        for (int position = copy; position < positions; position += copies) place(copy, image, position, vector++);
  };
  for (int output_index = 0; output_index < node.outputs(); ++output_index) {
    const double* own = sums + output_index * stride;
    const std::int64_t bias = node.mvm.bias.empty() ? 0 : node.mvm.bias[output_index];
    const auto share = [&](int copy) { return zero_point_shares_[std::size_t(copy) * node.outputs() + output_index]; };
    const std::size_t channel = std::size_t(output_index) * positions;
    if (output.traces)
      for_each_vector([&](int, int image, int position, std::size_t vector) {
        std::vector<std::int64_t>& trace = output.traces[image].sums[index_];
        trace.resize(node.output.size());
        trace[channel + position] = static_cast<std::int64_t>(own[vector]);
      });
    if (output.logits)
      for_each_vector([&](int copy, int image, int position, std::size_t vector) {
        output.logits[std::size_t(image) * node.output.size() + channel + position] =
            layer_value(conversion_, static_cast<std::int64_t>(own[vector]), share(copy)) + static_cast<double>(bias);
      });
    if (!output.codes) continue;
    const workloads::Requantisation to_code = node.mvm.requantisation_of(output_index);
    int first = 0;
    for (int copy = 0; copy < copies; ++copy) {
      const int vectors = images * positions_of_copy(node, copy, copies);
      requantise_row(conversion_, own + first, vectors, share(copy), bias, to_code, row + first);
      first += vectors;
    }
    if (copies == 1 && positions > 1)
      for (int image = 0; image < images; ++image)
        std::memcpy(output.codes + std::size_t(image) * node.output.size() + channel,
                    row + std::size_t(image) * positions, static_cast<std::size_t>(positions));
    else
      for_each_vector([&](int, int image, int position, std::size_t vector) {
        output.codes[std::size_t(image) * node.output.size() + channel + position] = row[vector];
      });
  }
}

}  // namespace nvcim::sim
