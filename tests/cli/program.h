// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

namespace nvcim::test {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// A test with an empty working folder in which the program runs; no data folder of the user's is seen.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// @param arguments  a piece of shell command line
  /// @param launcher   what stands before the program, such as an mpirun
  Outcome nvcim(const std::string& arguments, const std::string& launcher = "") const;
  /// A shell command in the working folder.
  Outcome run(const std::string& command) const;
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// Everything under the working folder: path → bytes.
  std::map<std::string, std::string> tree(const std::string& below = ".") const;
  /// A test set of black images in the standard idx files.
  void write_idx(const std::string& folder, int samples, int height, int width) const;

  std::filesystem::path folder_;

 private:
  std::filesystem::path errors_;
};

}  // namespace nvcim::test
