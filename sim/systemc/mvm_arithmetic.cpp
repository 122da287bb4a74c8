// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/mvm_arithmetic.h"

#include "sim/analog/phase.h"

namespace nvcim::sim {

MvmArithmetic::MvmArithmetic(const MachineConstants& constants)
    : constants_(constants), blocks_(std::make_unique<OfBlock[]>(constants.run.plan.blocks.size())) {}

void MvmArithmetic::work_out(MvmJob& job, Scratch& scratch, const MvmJob* next) const {
  MvmValues& values = job.values;
  std::span<const std::int16_t> soon;
  if (next != nullptr) soon = constants_.run.chip.blocks[next->blocks.front()].codes;
  std::size_t first_row = 0;
  for (const int index : job.blocks) {
    add_block(job, index, first_row, soon, scratch, values);
    first_row += static_cast<std::size_t>(constants_.run.plan.blocks[index].rows);
  }
}

void MvmArithmetic::add_block(const MvmJob& job, int index, std::size_t first_row, std::span<const std::int16_t> soon,
                              Scratch& scratch, MvmValues& values) const {
  const StageFacts& stage = constants_.stages[job.stage];
  const mapping::Block& block = constants_.run.plan.blocks[index];
  const mapping::ProgrammedBlock& cells = constants_.run.chip.blocks[index];
  const std::span<const std::uint8_t> codes = std::span(job.codes).subspan(first_row, block.rows);
  const int dac_bits = constants_.run.architecture.dac.bits, phases = stage.plan->phases, columns = block.columns;
  const LayerConversion& conversion = stage.conversion;

  scratch.sums.resize(std::size_t(phases) * columns);
  scratch.codes.resize(columns);
  scratch.registers.assign(columns, 0);
  scratch.phase_sums.run(block, cells, codes, dac_bits, phases, scratch.sums.data(), soon);
  for (int phase = 0; phase < phases; ++phase) {
    convert_columns(conversion, cells.converters, scratch.sums.data() + std::size_t(phase) * columns,
                    noise_of(job, index, phase, codes, scratch), columns, scratch.codes.data());
    if (!conversion.ideal) {
      int at_full_scale = 0;
      for (const std::int32_t code : scratch.codes)
        at_full_scale += (code == conversion.code_max) | ((code == conversion.code_min) & (code < 0));
      values.at_full_scale += static_cast<std::uint64_t>(at_full_scale);
    }
    shift_add(scratch.codes.data(), columns, phase, dac_bits, scratch.registers.data());
  }
  const std::size_t first_output = values.sums.size();
  values.sums.resize(first_output + static_cast<std::size_t>(block.outputs));
  combine_planes(stage.plan->encoding, scratch.registers.data(), block.outputs, values.sums.data() + first_output);

  OfBlock& of_block = blocks_[index];
  std::call_once(of_block.once, [&] { of_block.conductances = row_conductances(constants_.run.chip, block, cells); });
  const MvmActivity activity = mvm_activity(of_block.conductances, codes, dac_bits);
  values.row_drives += activity.row_drives;
  values.cell_conduction += activity.cell_conduction;
}

/// Read noise of one phase of one block, or null without any.
const float* MvmArithmetic::noise_of(const MvmJob& job, int index, int phase, std::span<const std::uint8_t> codes,
                                     Scratch& scratch) const {
  const StageFacts& stage = constants_.stages[job.stage];
  const mapping::Block& block = constants_.run.plan.blocks[index];
  const mapping::ProgrammedBlock& cells = constants_.run.chip.blocks[index];
  if (!has_read_noise(cells)) return nullptr;
  scratch.digits.resize(block.rows);
  input_digits(codes, phase, constants_.run.architecture.dac.bits, scratch.digits.data());
  scratch.noise.resize(block.columns);
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const auto sample = static_cast<std::uint32_t>(job.index / positions) + constants_.options.first_sample;
  const ReadAddress address{static_cast<std::uint32_t>(job.index % positions), static_cast<std::uint32_t>(phase),
                            sample};
  read_noise(constants_.run.chip, block, cells, stage.plan->encoding, stage.node->outputs(), scratch.digits.data(),
             address, stage.plan->phases, scratch.noise.data());
  return scratch.noise.data();
}

}  // namespace nvcim::sim
