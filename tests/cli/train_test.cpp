// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/input_files.h"

namespace nvcim::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Training : public InputFilesTest {
 protected:
  const std::string mlp_ = "train mlp --data d44 --float-epochs 1 --quantised-epochs 1 --threads 2 --out t ";
};

// libgomp prints what it was told when OMP_DISPLAY_ENV is set (its manual, 4.3).
TEST_F(Training, WaitsWithoutTakingTheProcessorFromItsOwnThreads) {
  const Outcome outcome = nvcim(mlp_, "OMP_DISPLAY_ENV=verbose");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("OMP_WAIT_POLICY = 'PASSIVE'"), HasSubstr("GOMP_SPINCOUNT = '0'")));
  EXPECT_THAT(nvcim(mlp_ + "--force", "OMP_DISPLAY_ENV=verbose OMP_WAIT_POLICY=active GOMP_SPINCOUNT=5").err,
              AllOf(HasSubstr("OMP_WAIT_POLICY = 'ACTIVE'"), HasSubstr("GOMP_SPINCOUNT = '5'")))
      << "what the user has set stays";
}

TEST_F(Training, ThatFailsSaysWhatItKept) {
  // Of files past 80 or 160 kB (shells differ) none can be written: the checkpoint can, the page of the result cannot.
  const Outcome outcome = run(fmt::format("ulimit -f 160; trap '' XFSZ; '{}' {}", NVCIM_PROGRAM, mlp_));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot be written: File too large"),
                                 HasSubstr("kept: t.checkpoint; the same "
                                           "command goes on from it, remove it to begin anew")));
  EXPECT_TRUE(fs::exists(path("t.checkpoint")));
  EXPECT_FALSE(fs::exists(path("t")));
  EXPECT_EQ(nvcim(mlp_).exit_code, 0);
  EXPECT_FALSE(fs::exists(path("t.checkpoint")));
}

TEST_F(Training, TakesAnyNumberOfClasses) {
  // Forty images of twelve classes.
  for (const char* split : {"train", "t10k"}) {
    std::string labels = read(fmt::format("d44/{}-labels-idx1-ubyte", split));
    for (std::size_t i = 8; i < labels.size(); ++i) labels[i] = static_cast<char>((i - 8) % 12);
    write(fmt::format("d44/{}-labels-idx1-ubyte", split), labels);
  }
  const Outcome outcome = nvcim(mlp_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(nvcim("run --workload t/network.onnx --data d44 --engine functional --out r").exit_code, 0);
  const json workload = json::parse(nvcim("workload t/network.onnx --json").out);
  EXPECT_THAT(workload.dump(), HasSubstr("12"));
  const Outcome refused = nvcim("run --workload q.onnx --data d44");
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("d44: has 12 classes, but q has 10 outputs"));
}

}  // namespace
}  // namespace nvcim::test
