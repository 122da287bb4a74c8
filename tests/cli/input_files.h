// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tests/cli/program.h"

namespace nvcim::test {

/// With the files of tests/cli/inputs in the working folder.
class InputFilesTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    std::filesystem::copy(std::filesystem::path(NVCIM_SOURCE_DIR) / "tests/cli/inputs", folder_,
                          std::filesystem::copy_options::recursive);
  }
};

}  // namespace nvcim::test
