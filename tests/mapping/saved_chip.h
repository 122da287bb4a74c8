// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "arch/input_error.h"
#include "mapping/chip_file.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {

/// A small chip of a few blocks with verified, given-up and re-verified cells, in a folder of its own.
class SavedChip : public ::testing::Test {
 protected:
  SavedChip()
      : architecture_(small()),
        network_(nvcim::testing::NetworkBuilder({1, 8, 8}, 8, 5).linear(9).logits(4)),
        plan_(make_plan(architecture_, network_)),
        cells_(write_cells(architecture_, network_, plan_, verify_all(plan_), {11, 3}, true)) {
    char folder[] = "/tmp/nvcim_chip_XXXXXX";
    root_ = ::mkdtemp(folder);
    path_ = root_ / "chip.h5";
  }
  ~SavedChip() override { std::filesystem::remove_all(root_); }

  static Architecture small() {
    Architecture architecture;
    architecture.name = "small";
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 8;
    architecture.crossbar.rows = architecture.crossbar.columns = 32;
    architecture.device.sigma = 0.2;
    architecture.device.stuck_at_g_max = 0.01;
    architecture.device.relaxation = RelaxationModel::technology_c;
    architecture.write_controller.max_attempts = 20;
    architecture.write_controller.reverify_rounds = 2;
    return architecture;
  }

  void save() {
    save_chip(path_, architecture_, network_, plan_, cells_, {"nvcim 1.2.3", "nvcim program x", "my.onnx"});
  }
  WrittenCells load() { return load_chip(open_chip(path_), architecture_, network_, plan_); }

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  /// What a user reads when `work` throws InputError; empty when it does not.
  template <class Work>
  static std::string complaint(const Work& work) {
    try {
      work();
      return {};
    } catch (const InputError& error) {
      return error.what();
    }
  }

  Architecture architecture_;
  workloads::Network network_;
  Plan plan_;
  WrittenCells cells_;
  std::filesystem::path root_, path_;
};

}  // namespace nvcim::mapping
