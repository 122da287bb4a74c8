// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The enumerations of the architecture file.
namespace nvcim {

/// Text of an enumeration's values, in declaration order. Specialised below for each enumeration of the file.
template <class E>
struct EnumName {
  E value;
  const char* text;
  const char* doc;
};
template <class E>
struct EnumNames;

/// The value as the file writes it.
template <class E>
constexpr const char* choice_text(E value) {
  for (const auto& entry : EnumNames<E>::all)
    if (entry.value == value) return entry.text;
  return "";
}

enum class Encoding { differential_pair, offset_column, ideal_signed };
template <>
struct EnumNames<Encoding> {
  static constexpr EnumName<Encoding> all[] = {
      {Encoding::differential_pair, "differential_pair", "two cells per slice, positive minus negative magnitude"},
      {Encoding::offset_column, "offset_column",
       "weight + 2^(bits-1) in unsigned slices; one extra column per block removes the offset"},
      {Encoding::ideal_signed, "ideal_signed", "one signed cell holds the whole weight (abstract, as in SWIM)"},
  };
};

enum class AdcModel { sar, ideal };
template <>
struct EnumNames<AdcModel> {
  static constexpr EnumName<AdcModel> all[] = {
      {AdcModel::sar, "sar", "uniform quantiser with offset, gain, INL, clipping, round half to even"},
      {AdcModel::ideal, "ideal", "unlimited resolution and range: the column sum itself"},
  };
};

enum class AdcRange { unit_lsb, worst_case, full_scale_levels, per_layer };
template <>
struct EnumNames<AdcRange> {
  static constexpr EnumName<AdcRange> all[] = {
      {AdcRange::unit_lsb, "unit_lsb", "1 LSB = one cell level at one input step; larger sums saturate"},
      {AdcRange::worst_case, "worst_case", "full scale = every row of the crossbar at full input and highest level"},
      {AdcRange::full_scale_levels, "full_scale_levels", "full scale = /adc/full_scale_levels cell levels"},
      {AdcRange::per_layer, "per_layer", "full scale of every layer as in /adc/layer_full_scale (nvcim calibrate)"},
  };
};

enum class HalfSelect { none, half_voltage };
template <>
struct EnumNames<HalfSelect> {
  static constexpr EnumName<HalfSelect> all[] = {
      {HalfSelect::none, "none", "nothing: an access transistor per cell, driven lines only where a cell is pulsed"},
      {HalfSelect::half_voltage, "half_voltage",
       "half the amplitude on the other cells of the row and of the pulsed columns (V/2 scheme, no transistor)"},
  };
};

enum class WireModel { none, effective_conductance };
template <>
struct EnumNames<WireModel> {
  static constexpr EnumName<WireModel> all[] = {
      {WireModel::none, "none", "wires without resistance"},
      {WireModel::effective_conductance, "effective_conductance",
       "exact nodal solution of each crossbar folded into one effective conductance per cell (cells are linear)"},
  };
};

enum class PcmFit { joshi_aihwkit, joshi_crosssim, hermes_two_devices, hermes_one_device };
template <>
struct EnumNames<PcmFit> {
  static constexpr EnumName<PcmFit> all[] = {
      {PcmFit::joshi_aihwkit, "joshi_aihwkit", "quadratic of aihwkit, 25 uS"},
      {PcmFit::joshi_crosssim, "joshi_crosssim", "quadratic of CrossSim to Fig. 3(b), 25 uS"},
      {PcmFit::hermes_two_devices, "hermes_two_devices", "cubic for two Hermes devices in parallel, 20.7 uS"},
      {PcmFit::hermes_one_device, "hermes_one_device", "cubic for one Hermes device, 10.35 uS"},
  };
};

enum class CmoAcceptance { fine, coarse };
template <>
struct EnumNames<CmoAcceptance> {
  static constexpr EnumName<CmoAcceptance> all[] = {
      {CmoAcceptance::fine, "0.2 %", "written until within 0.2 % of the target"},
      {CmoAcceptance::coarse, "2 %", "written until within 2 % of the target"},
  };
};

enum class DriftModel { none, model };
template <>
struct EnumNames<DriftModel> {
  static constexpr EnumName<DriftModel> all[] = {
      {DriftModel::none, "none", "conductances stay as programmed"},
      {DriftModel::model, "model", "the drift law of /device/model over /device/age"},
  };
};

enum class RelaxationModel { none, technology_a, technology_b, technology_c };
template <>
struct EnumNames<RelaxationModel> {
  static constexpr EnumName<RelaxationModel> all[] = {
      {RelaxationModel::none, "none", "no relaxation"},
      {RelaxationModel::technology_a, "technology_a",
       "measured RRAM, up to 240 uS, bakes of 1.2 to 2 h at 100 to 260 C only"},
      {RelaxationModel::technology_b, "technology_b",
       "measured RRAM, up to 128 uS, 10 ms to 1e4 s at 25 C, bakes of 1.2 to 2 h at 100 to 260 C"},
      {RelaxationModel::technology_c, "technology_c", "measured RRAM, up to 40 uS, 10 ms to 1e5 s, 25 C"},
  };
};

enum class RelaxationShape { heavy_tailed, gaussian };
template <>
struct EnumNames<RelaxationShape> {
  static constexpr EnumName<RelaxationShape> all[] = {
      {RelaxationShape::heavy_tailed, "heavy_tailed", "the measured distribution of each state and time"},
      {RelaxationShape::gaussian, "gaussian",
       "normal with the same mean and sigma by state and time, stopped at zero; too thin in the tails"},
  };
};

enum class WriteProcess { redraw, incremental, fixed_mean, measured };
template <>
struct EnumNames<WriteProcess> {
  static constexpr EnumName<WriteProcess> all[] = {
      {WriteProcess::redraw, "redraw", "every attempt draws the cell anew as an unverified write does"},
      {WriteProcess::incremental, "incremental",
       "SET and RESET ramps; a pulse that switches the cell moves it part of the way"},
      {WriteProcess::fixed_mean, "fixed_mean",
       "the same number of pulses for every cell, no verify read, a normal residual"},
      {WriteProcess::measured, "measured",
       "pulses, success and end of every cell drawn from /device/table, which also says how far from its target a cell "
       "may end"},
  };
};

enum class LoopOrder { agw, awg, gaw, gwa, wag, wga };
template <>
struct EnumNames<LoopOrder> {
  static constexpr EnumName<LoopOrder> all[] = {
      {LoopOrder::agw, "amplitude_gate_width", "amplitude moves fastest, then gate, then width"},
      {LoopOrder::awg, "amplitude_width_gate", "amplitude, width, gate"},
      {LoopOrder::gaw, "gate_amplitude_width", "gate, amplitude, width"},
      {LoopOrder::gwa, "gate_width_amplitude", "gate, width, amplitude"},
      {LoopOrder::wag, "width_amplitude_gate", "width, amplitude, gate"},
      {LoopOrder::wga, "width_gate_amplitude", "width, gate, amplitude"},
  };
};

enum class ReadNoiseModel { constant, proportional, model };
template <>
struct EnumNames<ReadNoiseModel> {
  static constexpr EnumName<ReadNoiseModel> all[] = {
      {ReadNoiseModel::constant, "constant", "read_noise times the conductance range, for every cell"},
      {ReadNoiseModel::proportional, "proportional", "read_noise times the cell's own programmed conductance"},
      {ReadNoiseModel::model, "model", "the read-noise law of /device/model; read_noise is not used"},
  };
};

enum class ZeroPointSum { programmed, target };
template <>
struct EnumNames<ZeroPointSum> {
  static constexpr EnumName<ZeroPointSum> all[] = {
      {ZeroPointSum::programmed, "programmed",
       "the sum of the weights as the chip holds them, measured on each chip: what the cells deviate by does not add "
       "up "
       "over inputs that stand for 0"},
      {ZeroPointSum::target, "target", "the sum of the weights as they were meant, the same for every chip"},
  };
};

enum class Duplication { given, automatic };
template <>
struct EnumNames<Duplication> {
  static constexpr EnumName<Duplication> all[] = {
      {Duplication::given, "given", "as many as /mapping/duplicate says, else one"},
      {Duplication::automatic, "auto",
       "layers that /mapping/duplicate does not name share the tiles that are left, so that the slowest is as fast as "
       "it can be"},
  };
};

enum class Packing { none, crossbar };
template <>
struct EnumNames<Packing> {
  static constexpr EnumName<Packing> all[] = {
      {Packing::none, "none", "a crossbar holds one block of one layer"},
      {Packing::crossbar, "crossbar",
       "small blocks share a crossbar on disjoint rows and columns, and wait for each other"},
  };
};

}  // namespace nvcim
