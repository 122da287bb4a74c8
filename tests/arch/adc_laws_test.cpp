// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/adc_laws/adc_law.h"

#include <gtest/gtest.h>

#include <cmath>

#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/load.h"

// Published values as quoted in tests/NUMBERS.md (N5), each to its printed precision.
namespace nvcim {
namespace {

double fj(Energy energy) {
  return energy.value() * 1e15;
}
double pj(Energy energy) {
  return energy.value() * 1e12;
}
double um2(Area area) {
  return area.value() * 1e12;
}

/// A converter of `bits` bits at `hertz` samples per second in a process of `nanometre`.
Architecture converter(double nanometre, int bits, double hertz = 1.2e9) {
  Architecture a;
  a.chip.technology = from_si<Length>(nanometre * 1e-9);
  a.adc.bits = bits;
  a.adc.sample_rate = from_si<Frequency>(hertz);
  return a;
}
Energy energy_of(const char* law, const Architecture& a) {
  return adc_law(AdcEnergyLaw(law)).conversion(a);
}
Area area_of(const char* law, const Architecture& a) {
  return adc_law(AdcEnergyLaw(law)).area(a);
}

Architecture neurosim_converter(double node, int bits, double ohm, double kelvin = 300, double volt = 0.5) {
  Architecture a = converter(node, bits, 1e6);
  a.adc.energy_law = AdcEnergyLaw("neurosim_sar");
  a.adc.column_resistance = from_si<Resistance>(ohm);
  a.crossbar.read_voltage = from_si<Voltage>(volt);
  a.chip.temperature = from_si<Temperature>(kelvin);
  return a;
}
double neurosim_fj(double node, int bits, double ohm, double kelvin = 300, double volt = 0.5) {
  return fj(energy_of("neurosim_sar", neurosim_converter(node, bits, ohm, kelvin, volt)));
}

TEST(AdcLaws, EveryLawHasItsParts) {
  for (const auto& entry : EnumNames<AdcEnergyLaw>::all) {
    const AdcLaw& law = adc_law(entry.value);
    EXPECT_FALSE(law.source.empty()) << entry.text;
    ASSERT_NE(law.check, nullptr) << entry.text;
    EXPECT_TRUE((law.conversion == nullptr && law.area == nullptr) || law.formula != nullptr) << entry.text;
  }
}

TEST(AdcLaws, NeuroSimSarGivesItsPublishedEnergies) {
  const struct {
    double node;
    int bits;
    double at_1k, at_10k;
  } rows[] = {{22, 4, 393.9, 68.7},  {22, 5, 475.9, 85.7},   {22, 6, 559.0, 103.8},   {22, 8, 728.4, 143.1},
              {32, 8, 888.5, 234.5}, {65, 8, 1592.7, 611.6}, {130, 8, 2718.0, 1347.7}};
  for (const auto& row : rows) {
    EXPECT_NEAR(neurosim_fj(row.node, row.bits, 1e3), row.at_1k, 0.05001) << row.node << " nm " << row.bits;
    EXPECT_NEAR(neurosim_fj(row.node, row.bits, 10e3), row.at_10k, 0.05001) << row.node << " nm " << row.bits;
  }
}

TEST(AdcLaws, NeuroSimSarIsItsFormulaAtEveryNode) {
  const struct {
    double node, a, c, d, k;
  } rows[] = {
      {130, 8.4483, 65.243, .169380, 2.303}, {90, 5.9869, 37.462, .144323, 2.303}, {65, 3.7506, 25.844, .121272, 2.303},
      {45, 2.1691, 16.693, .100225, 2.303},  {32, 1.1294, 8.8998, .079449, 2.297}, {22, .538, 4.3753, .072341, 2.303},
      {14, .3132, 2.5681, .061085, 2.303},   {10, .1823, 1.5073, .051580, 2.303},  {7, .1061, .8847, .043555, 2.303},
      {5, .0645, .5511, .0388, 2.303},       {3, .0333, .2849, .0388, 2.303},      {2, .0207, .1764, .0313, 2.303},
      {1, .0101, .0843, .0288, 2.303}};
  for (const auto& r : rows)
    for (int bits : {1, 5, 14}) {
      const double watt =
          ((r.a * bits + r.c) * 1e-6 + r.d * (0.2 / 0.5) * std::exp(-r.k * std::log10(20e3))) * (1 + 1.3e-3 * 50);
      EXPECT_NEAR(neurosim_fj(r.node, bits, 20e3, 350, 0.2) / (watt * (bits + 1) * 1e-9 * 1e15), 1, 1e-12);
    }
  const std::vector<Contradiction> unknown = check_adc_law(neurosim_converter(28, 8, 1e3));
  ASSERT_FALSE(unknown.empty());
  EXPECT_EQ(unknown.front().pointers, (std::vector<std::string>{"/adc/energy_law", "/chip/technology"}));
}

TEST(AdcLaws, SurveyGivesItsPublishedValues) {
  const struct {
    double node;
    int bits;
    double rate, pj, precision;
  } rows[] = {{32, 4, 1e8, 0.923, 5e-4}, {32, 6, 1e8, 1.064, 5e-4},  {32, 8, 1e8, 1.7115, 5e-5},
              {32, 9, 1e8, 2.337, 5e-4}, {32, 10, 1e8, 3.304, 5e-4}, {32, 8, 1.2e9, 1.846, 5e-4},
              {32, 9, 1e9, 4.690, 5e-4}, {32, 10, 1e9, 13.92, 5e-3}, {22, 8, 1e8, 0.846, 5e-4},
              {65, 8, 1e8, 6.486, 5e-4}, {130, 8, 1e8, 23.87, 5e-3}};
  for (const auto& row : rows)
    EXPECT_NEAR(pj(energy_of("survey", converter(row.node, row.bits, row.rate))), row.pj,
                std::max(row.precision, 1e-3 * row.pj))
        << row.node << " nm, " << row.bits << " bits, " << row.rate << " Hz";
  EXPECT_NEAR(um2(area_of("survey", converter(32, 8, 1e8))) / 3937, 1, 1e-3);
  EXPECT_NEAR(um2(area_of("survey", converter(32, 8, 1.2e9))) / 6311, 1, 1e-3);
}

TEST(AdcLaws, SurveyIsItsFormula) {
  for (int bits = 4; bits <= 14; ++bits)
    for (double rate : {1e6, 1e8, 1e9}) {
      const double foms = std::min(213.7807 - 2.8719 * std::log(rate), 128.3068 + 3.2205 * bits);
      const double expected = 0.5 * std::pow(10, -(foms - (6.02 * bits + 1.76)) / 10) *
                              std::exp(26.0496 + 1.88004 * std::log(45.0) - 2.82913 * std::log(double(bits)) - 1.47020);
      EXPECT_NEAR(pj(energy_of("survey", converter(45, bits, rate))) / expected, 1, 1e-9);
    }
}

TEST(AdcLaws, SurveyAgreesWithIsaacInEnergyButNotInArea) {
  EXPECT_NEAR(pj(energy_of("survey", converter(32, 8, 1.2e9))) / pj(energy_of("isaac_scaled", converter(32, 8))), 1,
              0.11);
  EXPECT_NEAR(um2(area_of("survey", converter(32, 8, 1.2e9))) / 1200, 5.3, 0.05);
}

TEST(AdcLaws, IsaacScaledGivesItsPublishedValues) {
  const double energy[] = {0.79, 0.99, 1.20, 1.42, 1.67, 1.969, 2.379};
  const double area[] = {361, 477, 627, 845, 1200, 1828, 3002};
  for (int bits = 4; bits <= 10; ++bits) {
    EXPECT_NEAR(pj(energy_of("isaac_scaled", converter(32, bits))), energy[bits - 4], 1e-9);
    EXPECT_NEAR(um2(area_of("isaac_scaled", converter(32, bits))), area[bits - 4], 1e-9);
  }
  // 2 mW at 1.2 GS/s is 1.667 pJ.
  EXPECT_NEAR(pj(energy_of("isaac_scaled", converter(32, 8))), 2e-3 / 1.2e9 * 1e12, 0.005);
}

Architecture with(std::vector<std::string> overrides) {
  return load_architecture("rram_1t1r_128", overrides);
}

TEST(AdcLaws, ArchitectureChoosesTheLawAndTheTablesSayWhich) {
  const Architecture isaac = with({"/adc/bits=6"});
  EXPECT_EQ(adc_cost(isaac).law, "isaac_scaled");
  EXPECT_EQ(energy_table(isaac).adc_law, "isaac_scaled");
  EXPECT_NEAR(pj(energy_table(isaac).entry("adc_conversion").per_count), 1.20, 1e-9);
  EXPECT_NEAR(um2(area_table(isaac).entry("adc").area_each), 627, 1e-9);

  const Architecture survey = with({"/adc/energy_law=survey", "/adc/sample_rate=100 MHz"});
  EXPECT_EQ(energy_table(survey).adc_law, "survey");
  EXPECT_NEAR(pj(energy_table(survey).entry("adc_conversion").per_count), 1.7115, 5e-5);
  EXPECT_NEAR(um2(area_table(survey).entry("adc").area_each) / 3937, 1, 1e-3);

  const Architecture neurosim = with({"/adc/energy_law=neurosim_sar", "/adc/sample_rate=100 MHz", "/area/adc=500 um^2",
                                      "/crossbar/read_voltage=0.5 V", "/adc/column_resistance=10 kohm"});
  EXPECT_EQ(energy_table(neurosim).adc_law, "neurosim_sar");
  EXPECT_NEAR(fj(energy_table(neurosim).entry("adc_conversion").per_count), 234.5, 0.05);
  EXPECT_NEAR(um2(area_table(neurosim).entry("adc").area_each), 500, 1e-9);

  const Architecture constant =
      with({"/adc/energy_law=constant", "/energy/adc_conversion=2 pJ", "/area/adc=900 um^2", "/adc/bits=14"});
  EXPECT_EQ(energy_table(constant).adc_law, "constant");
  EXPECT_NEAR(pj(energy_table(constant).entry("adc_conversion").per_count), 2, 1e-9);

  const Architecture given = with({"/energy/adc_conversion=2 pJ"});
  EXPECT_EQ(energy_table(given).adc_law, "given in /energy/adc_conversion");
  EXPECT_NEAR(um2(area_table(given).entry("adc").area_each), 1200, 1e-9) << "the area still follows the law";
}

}  // namespace
}  // namespace nvcim
