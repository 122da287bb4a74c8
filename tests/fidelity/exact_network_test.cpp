// SPDX-License-Identifier: Apache-2.0
// A noise-free chip whose converters resolve every sum computes the quantised network exactly: same logits, not just
// the same score.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "arch/load.h"
#include "arch/presets.h"
#include "sim/engine.h"
#include "workloads/dataset.h"
#include "workloads/model_file.h"
#include "workloads/reference.h"

namespace nvcim {
namespace {

constexpr int kSamples = 12;

/// Noise-free, with room for any mapping of LeNet.
void make_exact(Architecture& architecture) {
  architecture.device.model = DeviceModel("ideal");
  architecture.device.read_noise = 0;
  architecture.device.stuck_at_g_min = architecture.device.stuck_at_g_max = 0;
  architecture.adc.offset_sigma = architecture.adc.gain_sigma = architecture.adc.inl = 0;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 64;
}

/// One code per cell level and enough of them, by fewer rows where 14 bits are too few.
void make_adc_sufficient(Architecture& architecture) {
  architecture.adc.model = AdcModel::sar;
  architecture.adc.range = AdcRange::unit_lsb;
  const int per_row = ((1 << architecture.dac.bits) - 1) * ((1 << architecture.crossbar.cell_bits) - 1);
  architecture.crossbar.rows = std::min(architecture.crossbar.rows, ((1 << 14) - 1) / per_row);
  architecture.adc.bits = std::bit_width(static_cast<unsigned>(architecture.crossbar.rows * per_row));
}

class ExactNetwork : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    network_ = new workloads::Network(workloads::load_network("lenet_fashion_mnist_8b"));
    data_ = new workloads::Dataset(workloads::load_dataset("fashion_mnist", workloads::Split::test, kSamples));
  }
  static void TearDownTestSuite() {
    delete network_;
    delete data_;
  }

  static void expect_exact(const Architecture& architecture, const std::string& what) {
    const mapping::Plan plan = mapping::make_plan(architecture, *network_);
    const mapping::ChipInstance chip = mapping::program_once(architecture, *network_, plan, 1, 0);
    const sim::InferenceResult result =
        sim::run_functional({architecture, *network_, plan, chip}, data_->pixels, kSamples, {});
    const std::vector<std::int64_t> reference = workloads::reference_logits(*network_, data_->pixels, kSamples);
    ASSERT_EQ(result.logits.size(), reference.size()) << what;
    for (std::size_t i = 0; i < reference.size(); ++i)
      ASSERT_EQ(result.logits[i], static_cast<double>(reference[i])) << what << ", logit " << i;
  }

  static workloads::Network* network_;
  static workloads::Dataset* data_;
};
workloads::Network* ExactNetwork::network_ = nullptr;
workloads::Dataset* ExactNetwork::data_ = nullptr;

TEST_F(ExactNetwork, OnEveryPreset) {
  for (const PresetInfo& preset : presets()) {
    Architecture architecture = load_architecture(preset.name);
    make_exact(architecture);
    if (architecture.adc.model == AdcModel::sar) make_adc_sufficient(architecture);
    expect_exact(architecture, preset.name);
  }
}

TEST_F(ExactNetwork, WithEveryEncodingCellAndPhaseWidth) {
  for (Encoding encoding : {Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed})
    for (int cell_bits : {1, 2, 4})
      for (int dac_bits : {1, 2, 8})
        for (bool ideal_adc : {false, true}) {
          Architecture architecture = load_architecture("rram_1t1r_128");
          make_exact(architecture);
          architecture.crossbar.encoding = encoding;
          architecture.crossbar.cell_bits = cell_bits;
          architecture.dac.bits = dac_bits;
          architecture.adc.model = AdcModel::ideal;
          if (!ideal_adc) {
            if (encoding == Encoding::ideal_signed)
              continue;  // its cell holds 7 bits: no 14-bit converter resolves a row
            make_adc_sufficient(architecture);
          }
          expect_exact(architecture, fmt::format("encoding {}, {}-bit cells, {}-bit phases, {}-bit converter",
                                                 static_cast<int>(encoding), cell_bits, dac_bits,
                                                 ideal_adc ? 0 : architecture.adc.bits));
        }
}

TEST_F(ExactNetwork, NotWhenTheConverterSaturates) {
  Architecture architecture = load_architecture("rram_1t1r_128");
  make_exact(architecture);
  make_adc_sufficient(architecture);
  architecture.adc.bits = 5;
  const mapping::Plan plan = mapping::make_plan(architecture, *network_);
  const mapping::ChipInstance chip = mapping::program_once(architecture, *network_, plan, 1, 0);
  const sim::InferenceResult result =
      sim::run_functional({architecture, *network_, plan, chip}, data_->pixels, kSamples, {});
  const std::vector<std::int64_t> reference = workloads::reference_logits(*network_, data_->pixels, kSamples);
  EXPECT_NE(result.logits, std::vector<double>(reference.begin(), reference.end()));
}

}  // namespace
}  // namespace nvcim
