// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <ostream>
#include <vector>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using ::testing::HasSubstr;

struct Mistake {
  const char* command;
  int exit_code;
  std::vector<const char*> says;  ///< all of them, on standard error
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << "nvcim " << mistake.command;
}

/// What a user can get wrong on the command line. Mistakes inside files are tested where the files are read.
class Mistakes : public ProgramTest, public ::testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, AreNamedAndLeaveNothingBehind) {
  write("broken.json", "{\"adc\": {\"bits\": 17, \"bitz\": 3}, \"chip\": {\"clock\": 5}}");
  write("not_json.json", "{\"adc\": ");
  write("text.onnx", "this is no model");
  write("file", "in the way");
  write("full/precious", "not ours");
  write_idx("small_images", 3, 8, 8);
  write_idx("few_images", 3, 28, 28);
  write("damaged/t10k-images-idx3-ubyte", "????????????????????");
  write("damaged/t10k-labels-idx1-ubyte", "????????????????????");
  const auto before = tree();

  const Outcome outcome = nvcim(GetParam().command);
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  for (const char* text : GetParam().says) EXPECT_THAT(outcome.err, HasSubstr(text));
  EXPECT_TRUE(tree() == before) << "something was written";
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, Mistakes,
    ::testing::Values(
        Mistake{"",
                2,
                {"no command given; commands: run, program, sensitivity, calibrate, select, mc, sweep, worst-case, "
                 "workload, "
                 "check, schema, "
                 "presets, explain, train",
                 "Try 'nvcim --help'"}},
        Mistake{"rum", 2, {"\"rum\" is not a command", "did you mean \"run\"?"}},
        Mistake{"run --sample 3", 2, {"--sample", "Try 'nvcim run --help'"}}, Mistake{"run a b", 2, {"b"}},
        Mistake{"run --batch 8", 2, {"--batch has no effect without --time-multiplex"}},
        Mistake{
            "run --time-multiplex --chip file", 2, {"programs the chip anew for every round, which --chip does not"}},
        Mistake{"run --time-multiplex --engine functional", 2, {"which --engine functional does not have"}},
        Mistake{"run --samples 0", 2, {"--samples", "0 is not a whole number of 1 to 2147483647"}},
        Mistake{"run --samples -5", 2, {"--samples", "-5 is not a whole number of 1"}},
        Mistake{"run --samples 1.5", 2, {"--samples", "1.5 is not a whole number"}},
        Mistake{"run --samples 99999999999", 2, {"--samples", "99999999999 is not a whole number of 1 to 2147483647"}},
        Mistake{"run --samples", 2, {"--samples"}},
        Mistake{"run --cycle-samples 0", 2, {"--cycle-samples", "0 is not a whole number"}},
        Mistake{"run --cycle-samples 9 --samples 3", 2, {"--cycle-samples 9 is more than --samples 3"}},
        Mistake{
            "run --cycle-samples 3 --engine functional", 2, {"--cycle-samples has no effect with --engine functional"}},
        Mistake{"run --threads 0", 2, {"--threads", "0 is not a whole number of 1"}},
        Mistake{"run --seed -1", 2, {"--seed", "-1"}},
        Mistake{"run --seed 18446744073709551616", 2, {"--seed", "18446744073709551616 is not a whole number"}},
        Mistake{"run --instance -1", 2, {"--instance", "-1 is not a whole number of 0 to 4294967295"}},
        Mistake{"run --seed many", 2, {"--seed", "many"}},
        Mistake{"run --instance 5000000000", 2, {"--instance", "5000000000"}},
        Mistake{"run --engine fast", 2, {"--engine", "fast", "functional", "systemc", "both"}},
        Mistake{"run --quiet=perhaps", 2, {"perhaps"}}, Mistake{"explain --set", 2, {"--set"}},
        Mistake{"presets --set /adc/bits=6", 2, {"--out, --set and --sources need a preset's name"}},
        Mistake{"train --bits 0", 2, {"--bits", "0 is not a whole number"}},
        Mistake{"train --noise loud", 2, {"--noise", "loud", "trice"}},
        Mistake{"train --sigma-max 0.2", 2, {"--sigma-max", "--noise"}},
        Mistake{
            "train --set /device/sigma=0.2", 2, {"--set changes the chip that judges, and without --noise none does"}},
        Mistake{"train lenet_mnist_4b --bits 4", 2, {"--bits is for built-in networks", "--weight-bits"}},
        Mistake{"train lenet --normalize none --set /adc/bits=6",
                2,
                {"--set changes the chip that judges", "are for files in floating point"}},
        Mistake{"run --engine functional --cycle-samples 2 --batch 4",
                2,
                {"--cycle-samples has no effect with --engine functional", "--batch has no effect without"}},
        Mistake{"train lenet --normalize none", 2, {"--normalize, --weight-bits", "of a built-in network, --bits"}},
        Mistake{"train --float-epochs -1", 2, {"--float-epochs", "-1 is not a whole number"}},
        Mistake{"train --batch-size 0", 2, {"--batch-size", "0 is not a whole number of 1"}},
        Mistake{"train --epochs 3", 2, {"--epochs", "Try 'nvcim train --help'"}}));

INSTANTIATE_TEST_SUITE_P(
    Input, Mistakes,
    ::testing::Values(
        Mistake{"run missing.json", 3, {"missing.json"}},
        Mistake{"run no_such_preset", 3, {"\"no_such_preset\" is neither a preset nor a file", "rram_1t1r_128"}},
        Mistake{"run not_json.json", 3, {"not_json.json"}},
        Mistake{"run broken.json", 3, {"3 problems", "/adc/bits: 17", "/adc/bitz", "/chip/clock"}},
        Mistake{"check broken.json", 3, {"3 problems", "/adc/bits: 17", "/adc/bitz", "/chip/clock"}},
        Mistake{"run broken.json --workload nothing", 3, {"4 problems", "/adc/bits", "nothing"}},
        Mistake{"run --set /adc/bits=99", 3, {"/adc/bits: 99"}},
        Mistake{"run --set /adc/bitz=6", 3, {"/adc/bitz", "bits"}}, Mistake{"run --set adc/bits=6", 3, {"--set"}},
        Mistake{"run --set /adc/bits", 3, {"--set"}},
        Mistake{"run --set /chip/mesh_rows=1 --set /chip/mesh_columns=1 --set /tile/crossbars=2 --samples 1",
                3,
                {"crossbars", "2"}},
        Mistake{"run --workload lenet_on_the_moon", 3, {"lenet_on_the_moon", "lenet_fashion_mnist_8b"}},
        Mistake{"run --workload text.onnx", 3, {"text.onnx"}},
        Mistake{"run --data no_such_folder", 3, {"no_such_folder"}},
        Mistake{"run --data small_images", 3, {"images are 1 x 8 x 8", "takes 1 x 28 x 28"}},
        Mistake{"run --data damaged", 3, {"damaged"}},
        Mistake{"run --data few_images --samples 9", 3, {"9 asked for, few_images has 3"}},
        Mistake{"run --data few_images --cycle-samples 9", 3, {"9 asked for, few_images has 3"}},
        Mistake{"run --out file", 3, {"is a file; the result is a folder"}},
        Mistake{"run --out file/below", 3, {"is not a folder"}},
        Mistake{"run --out full", 3, {"is not empty and not a result of nvcim"}},
        Mistake{"run --out full --force", 3, {"is not empty and not a result of nvcim"}},
        Mistake{"run --out /proc/nvcim --samples 1 --engine functional", 3, {"/proc/nvcim", "cannot be"}},
        Mistake{"check --set '/device/g_max=\"400 uS\"'",
                3,
                {"/device/g_max", "400 uS is outside", "rram_wan_nature_2022"}},
        Mistake{"run --set '/device/g_max=\"400 uS\"' --set /adc/bits=12",
                3,
                {"2 problems", "--set:/device/g_max", "--set:/adc/energy_law"}},
        Mistake{"check --workload lenet_on_the_moon", 3, {"lenet_on_the_moon"}},
        Mistake{"sweep --set /adc/bitz=6 --workload lenet_on_the_moon",
                3,
                {"2 problems", "/adc/bitz", "lenet_on_the_moon"}},
        Mistake{"sweep --within 600", 2, {"--within: 600 is not a share"}},
        Mistake{"sweep --within 0.5%%", 2, {"--within: 0.5%% is not a share"}},
        Mistake{"workload lenet_on_the_moon --set /adc/bitz=6", 3, {"2 problems", "/adc/bitz", "lenet_on_the_moon"}},
        Mistake{"presets no_such", 3, {"\"no_such\" is not a preset", "rram_1t1r_128"}},
        Mistake{"presets rram_1t1r_128 --set /adc/bits=99", 3, {"/adc/bits: 99"}},
        Mistake{"explain acuracy", 3, {"\"acuracy\" is not a metric; similar: accuracy"}},
        Mistake{
            "explain energy.nonsense", 3, {"\"energy.nonsense\" is not a metric; of energy.* there are", "energy.adc"}},
        Mistake{"explain count.nonsense", 3, {"of count.* there are", "count.adc_conversion"}},
        Mistake{"train resnet", 3, {"resnet", "lenet"}},
        Mistake{"train lenet --data no_such_folder", 3, {"no_such_folder"}},
        Mistake{"train lenet_fashion_mnist_8b --weight-bits 4 --samples 100", 3, {"is quantised as it is"}},
        Mistake{"train mlp --samples 100 --learning-rate 0 --quantised-learning-rate -1",
                3,
                {"2 problems", "learning_rate: 0 is not above 0", "quantised_learning_rate: -1 is not above 0"}},
        Mistake{"train resnet18 --bits 9 --samples 100", 3, {"bits: 9 is outside 2..8"}},
        Mistake{"train mlp --samples 100 --noise trice --validation 100",
                3,
                {"--validation: 100 of 100 samples leaves none to train on"}},
        Mistake{"train mlp --samples 100 --noise trice --validation 50 --kpp 1%",
                3,
                {"--kpp-instances: 100 cannot resolve the 1 % KPP: it needs 368 or more"}},
        Mistake{"train mlp --samples 100 --noise trice --validation 50 --chip no_such",
                3,
                {"\"no_such\" is neither a preset nor a file"}},
        Mistake{"train mlp --samples 100 --noise trice --validation 50 --sigma-max -1 --threshold 0",
                3,
                {"2 problems", "sigma: 0 to -1 is no interval", "threshold: 0 is not above 0"}}));

using FullDisk = ProgramTest;

TEST_F(FullDisk, OnStandardOutputIsAPlainError) {
  const Outcome outcome = nvcim("presets > /dev/full");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("standard output: cannot be written: No space left on device"));
}

TEST_F(FullDisk, LeavesNoHalfResult) {
  // A file system of 64 KiB; a result takes more. Needs the right to mount.
  const std::string mounted = path("small").string();
  std::filesystem::create_directory(mounted);
  if (std::system(("mount -t tmpfs -o size=64k tmpfs '" + mounted + "' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "no right to mount a small file system";
  const Outcome outcome = nvcim("run --samples 2 --engine functional --out small/out");
  const auto left = tree("small");
  EXPECT_EQ(std::system(("umount '" + mounted + "'").c_str()), 0);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("small/out/"));
  EXPECT_THAT(outcome.err, HasSubstr("cannot be written: No space left on device"));
  EXPECT_TRUE(left.empty());
}

TEST_F(FullDisk, OfTheTrainingProgramIsReported) {
  const Outcome outcome = nvcim("train --help > /dev/full");
  EXPECT_EQ(outcome.exit_code, 3);
}

}  // namespace
}  // namespace nvcim::test
