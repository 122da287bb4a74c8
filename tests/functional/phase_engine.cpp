// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/phase_engine.h"

#include <algorithm>
#include <cmath>

#include "mapping/schedule.h"
#include "sim/analog/phase.h"
#include "workloads/operators/digital_operator.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Node;

/// Code sums of one position of one layer, [outputs].
std::vector<std::int64_t> mvm(const ChipRun& run, const mapping::LayerPlan& layer,
                              const std::vector<std::uint8_t>& window, int position, std::uint32_t sample,
                              EventCounts& counts) {
  const Node& node = run.network.nodes[layer.node];
  const LayerConversion conversion =
      make_conversion(run.architecture, layer.encoding, run.network.nodes[layer.node].name);
  const int dac_bits = run.architecture.dac.bits;
  const std::size_t count_row = static_cast<std::size_t>(layer.node) + 1;
  std::vector<std::int64_t> total(node.outputs(), 0);
  for (int index : layer.blocks) {
    const mapping::Block& block = run.plan.blocks[index];
    if (block.copy != layer.copy_of_position(position)) continue;
    const mapping::ProgrammedBlock& cells = run.chip.blocks[index];
    const std::span<const std::uint8_t> codes(window.data() + block.row_begin, static_cast<std::size_t>(block.rows));
    std::vector<std::uint8_t> digits(block.rows);
    std::vector<std::int32_t> sums(block.columns), converted(block.columns);
    std::vector<float> noise(block.columns);
    std::vector<std::int64_t> registers(block.columns, 0), outputs(block.outputs);
    for (int phase = 0; phase < layer.phases; ++phase) {
      input_digits(codes, phase, dac_bits, digits.data());
      column_sums(block, cells, digits.data(), sums.data());
      read_noise(run.chip, block, cells, layer.encoding, node.outputs(), digits.data(),
                 {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(phase), sample}, layer.phases,
                 noise.data());
      convert_columns(conversion, cells.converters, sums.data(), has_read_noise(cells) ? noise.data() : nullptr,
                      block.columns, converted.data());
      shift_add(converted.data(), block.columns, phase, dac_bits, registers.data());
    }
    combine_planes(layer.encoding, registers.data(), block.outputs, outputs.data());
    for (int output = 0; output < block.outputs; ++output) total[block.output_begin + output] += outputs[output];
    const MvmActivity activity = mvm_activity(row_conductances(run.chip, block, cells), codes, dac_bits);
    counts.add(count_row, Event::row_drive, activity.row_drives);
    counts.add(count_row, Event::cell_conduction, activity.cell_conduction);
  }
  return total;
}

/// What the digital unit takes off at a position, [outputs]: every row driven once, converted without loss.
std::vector<std::int64_t> zero_point_shares(const ChipRun& run, const mapping::LayerPlan& layer, int position) {
  const Node& node = run.network.nodes[layer.node];
  std::vector<std::int64_t> shares(node.outputs(), 0);
  if (run.architecture.digital.zero_point_sum == ZeroPointSum::target) {
    for (int output = 0; output < node.outputs(); ++output)
      for (int row = 0; row < node.matrix_rows(); ++row)
        shares[output] += node.input_zero_point * node.mvm.weights[std::size_t(output) * node.matrix_rows() + row];
    return shares;
  }
  std::vector<std::int64_t> steps(node.outputs(), 0);
  for (int index : layer.blocks) {
    const mapping::Block& block = run.plan.blocks[index];
    if (block.copy != layer.copy_of_position(position)) continue;
    const std::vector<std::uint8_t> digits(block.rows, 1);
    std::vector<std::int32_t> sums(block.columns);
    std::vector<std::int64_t> outputs(block.outputs);
    column_sums(block, run.chip.blocks[index], digits.data(), sums.data());
    const std::vector<std::int64_t> registers(sums.begin(), sums.end());
    combine_planes(layer.encoding, registers.data(), block.outputs, outputs.data());
    for (int output = 0; output < block.outputs; ++output) steps[block.output_begin + output] += outputs[output];
  }
  for (int output = 0; output < node.outputs(); ++output)
    shares[output] = static_cast<std::int64_t>(
        std::nearbyint(static_cast<double>(steps[output]) * node.input_zero_point / layer.encoding.grid_per_level));
  return shares;
}

}  // namespace

InferenceResult run_phase_by_phase(const ChipRun& run, const std::vector<std::uint8_t>& pixels, int samples,
                                   std::uint32_t first_sample) {
  const workloads::Network& network = run.network;
  InferenceResult result;
  result.counts = EventCounts(network.nodes.size());
  const EventCounts one = mapping::count_sample(run.architecture, network, run.plan,
                                                mapping::make_schedule(run.architecture, network, run.plan));
  for (int sample = 0; sample < samples; ++sample) {
    result.counts += one;
    SampleTrace trace;
    std::vector<std::vector<std::uint8_t>> maps(1);  // the image, then every node's
    maps[0].resize(network.input.size());
    workloads::encode_image(network, pixels.data() + std::size_t(sample) * network.input.size(), maps[0].data());
    for (int index = 0; index < static_cast<int>(network.nodes.size()); ++index) {
      const Node& node = network.nodes[index];
      std::vector<std::uint8_t> next(node.output.size());
      std::vector<const std::uint8_t*> inputs;
      for (const int source : network.sources(index)) inputs.push_back(maps[source + 1].data());
      const std::uint8_t* codes = inputs[0];
      if (node.kind != Node::Kind::mvm) {
        workloads::operator_of(network.nodes[index]).compute(network, index, inputs, next.data());
      } else {
        const mapping::LayerPlan& layer = run.plan.layers[run.plan.layer_of_node[index]];
        const LayerConversion conversion =
            make_conversion(run.architecture, layer.encoding, run.network.nodes[layer.node].name);
        std::vector<std::int64_t> sums(node.output.size());
        std::vector<std::uint8_t> window(node.window_rows());
        for (int position = 0; position < node.positions(); ++position) {
          workloads::gather_window(node, codes, position, window.data());
          const std::vector<std::int64_t> own =
              mvm(run, layer, window, position, first_sample + static_cast<std::uint32_t>(sample), result.counts);
          const std::vector<std::int64_t> shares = zero_point_shares(run, layer, position);
          for (int output = 0; output < node.outputs(); ++output) {
            const std::size_t at = std::size_t(output) * node.positions() + position;
            const double value = layer_value(conversion, own[output], shares[output]);
            const std::int64_t bias = node.mvm.bias.empty() ? 0 : node.mvm.bias[output];
            sums[at] = own[output];
            if (node.mvm.raw_output)
              result.logits.push_back(value + static_cast<double>(bias));
            else
              next[at] = workloads::requantise(value, bias, node.mvm.requantisation_of(output));
          }
        }
        trace.sums.push_back(sums);
        if (node.mvm.raw_output) next.clear();
      }
      trace.codes.push_back(next);
      maps.push_back(next);
    }
    result.traces.push_back(trace);
    result.predicted.push_back(workloads::predicted_class(
        std::span<const double>(result.logits).last(static_cast<std::size_t>(network.classes()))));
  }
  return result;
}

}  // namespace nvcim::sim
