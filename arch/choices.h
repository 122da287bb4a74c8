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

enum class AdcRange { unit_lsb, worst_case, full_scale_levels };
template <>
struct EnumNames<AdcRange> {
  static constexpr EnumName<AdcRange> all[] = {
      {AdcRange::unit_lsb, "unit_lsb", "1 LSB = one cell level at one input step; larger sums saturate"},
      {AdcRange::worst_case, "worst_case", "full scale = every row of the crossbar at full input and highest level"},
      {AdcRange::full_scale_levels, "full_scale_levels", "full scale = /adc/full_scale_levels cell levels"},
  };
};

enum class AdcEnergyLaw { constant, isaac_scaled, survey, neurosim_sar };
template <>
struct EnumNames<AdcEnergyLaw> {
  static constexpr EnumName<AdcEnergyLaw> all[] = {
      {AdcEnergyLaw::constant, "constant", "energy and area given in /energy and /area"},
      {AdcEnergyLaw::isaac_scaled, "isaac_scaled", "ISAAC's 8-bit 32 nm ADC scaled with resolution, 4 to 10 bits"},
      {AdcEnergyLaw::survey, "survey", "regression over the ADC survey (arXiv 2404.06553)"},
      {AdcEnergyLaw::neurosim_sar, "neurosim_sar", "DNN+NeuroSim's SAR fit, 130 nm to 1 nm LSTP"},
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

enum class DeviceModel { ideal, gaussian };
template <>
struct EnumNames<DeviceModel> {
  static constexpr EnumName<DeviceModel> all[] = {
      {DeviceModel::ideal, "ideal", "every cell holds its target"},
      {DeviceModel::gaussian, "gaussian", "programming variation N(0, sigma^2), sigma of the conductance range"},
  };
};

enum class ReadNoiseModel { constant, proportional };
template <>
struct EnumNames<ReadNoiseModel> {
  static constexpr EnumName<ReadNoiseModel> all[] = {
      {ReadNoiseModel::constant, "constant", "read_noise times the conductance range, for every cell"},
      {ReadNoiseModel::proportional, "proportional", "read_noise times the cell's own programmed conductance"},
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
