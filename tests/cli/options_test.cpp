// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <vector>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct OptionOfHelp {
  std::string command, name, type;
};

constexpr const char* kCommands[] = {"run",        "program",  "sensitivity", "calibrate", "select",  "mc",     "sweep",
                                     "worst-case", "workload", "check",       "schema",    "presets", "explain"};

class Options : public ProgramTest {
 protected:
  /// Options that take a value, as the help of every command lists them.
  std::vector<OptionOfHelp> with_value(const std::vector<std::string>& commands) const {
    static const std::regex line("^  (--[a-z-]+) ([A-Z|a-z%/=,…]+).*");
    std::vector<OptionOfHelp> options;
    for (const std::string& command : commands) {
      std::istringstream help(nvcim(command + " --help", "COLUMNS=200").out);
      std::smatch match;
      for (std::string text; std::getline(help, text);)
        if (std::regex_match(text, match, line) && match[2] != "Needs")
          options.push_back({command, match[1], match[2]});
    }
    return options;
  }
  std::string refusal(const std::string& arguments) const {
    const Outcome outcome = nvcim(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments << "\n" << outcome.out << outcome.err;
    EXPECT_EQ(outcome.out, "") << arguments;
    return outcome.err;
  }
};

TEST_F(Options, WithAnEmptyValueAreRefusedByEveryCommand) {
  const auto options = with_value({std::begin(kCommands), std::end(kCommands)});
  ASSERT_GT(options.size(), 120u);
  int number = 0;
  for (const OptionOfHelp& option : options)
    EXPECT_THAT(refusal(option.command + " " + option.name + (++number % 2 == 0 ? " ''" : "= x")),
                HasSubstr(option.name + " has an empty value"));
  for (const char* option : {"--data", "--bits", "--sigma-max"})
    EXPECT_THAT(refusal(std::string("train ") + option + " ' '"),
                HasSubstr(std::string(option) + " has an empty value"));
  EXPECT_THAT(refusal("run --samples ''"), HasSubstr("Try 'nvcim run --help'"));
  EXPECT_THAT(refusal("run '' --samples 1"), HasSubstr("a word of the command line is empty"));
  EXPECT_TRUE(tree().empty());
}

TEST_F(Options, TakeDecimalNumbersAlone) {
  int whole = 0, shares = 0;
  std::size_t number = 0;
  for (const OptionOfHelp& option : with_value({std::begin(kCommands), std::end(kCommands)})) {
    const bool is_whole = option.type.starts_with("N") && !option.type.starts_with("NA");
    const bool is_share = option.type.starts_with("SHARE");
    const bool is_number = option.type.starts_with("X");
    whole += is_whole;
    shares += is_share;
    if (!is_whole && !is_share && !is_number) continue;
    // Two of them for every option, all of them for every kind.
    const std::vector<std::string> values = {"0x10", "+5", "nan", "inf", "1e999", is_whole ? "010" : "five"};
    for (int turn = 0; turn < 2; ++turn) {
      const std::string& value = values[number++ % values.size()];
      EXPECT_THAT(refusal(option.command + " " + option.name + " " + value), HasSubstr(option.name + ": " + value));
    }
    if (is_share) {
      EXPECT_THAT(refusal(option.command + " " + option.name + " 150%"), HasSubstr("150% is not a share"));
    }
  }
  EXPECT_GT(whole, 40);
  EXPECT_GE(shares, 13) << "mc 4, sweep 1, worst-case 4, select 4";
  for (const char* arguments :
       {"train --sigma-max nan --noise gaussian", "train --learning-rate +5", "train --bits 010",
        "train --kpp 5 --noise gaussian", "train --threshold 0x1 --noise trice"})
    refusal(arguments);
}

TEST_F(Options, OfSharesTakeBothSpellingsAndSayWhatAPlainFiveMeans) {
  EXPECT_THAT(refusal("mc --quantiles 0.1,1,5"), HasSubstr("1 is not a share above 0 and below 1; write 1% or 0.01"));
  EXPECT_THAT(refusal("select --until-drop 1"), HasSubstr("write 1% or 0.01"));
  EXPECT_THAT(refusal("sweep --budgets 0,50"), HasSubstr("50 is not a share from 0 to 1; write 50% or 0.5"));
  const std::string mc =
      "mc swim_paper --workload lenet_fashion_mnist_4b --data fashion_mnist --samples 2 --instances 4 "
      "--method magnitude --quiet ";
  ASSERT_EQ(nvcim(mc + "--quantiles 25%,50% --target 50% --verify 20% --out percent").exit_code, 0);
  ASSERT_EQ(nvcim(mc + "--quantiles 0.25,0.5 --target 0.5 --verify 0.2 --out plain").exit_code, 0);
  for (const char* file : {"result.json", "report.html", "result.csv"})
    EXPECT_EQ(read(std::string("percent/") + file), read(std::string("plain/") + file)) << file;
}

TEST_F(Options, ThatAreListsLeaveTheNextWordAlone) {
  EXPECT_THAT(nvcim("sweep --budgets 0,1 no_such_chip").err,
              HasSubstr("\"no_such_chip\" is neither a preset nor a file"));
  EXPECT_THAT(nvcim("sweep --methods swim no_such_chip").err, HasSubstr("\"no_such_chip\" is neither"));
  EXPECT_THAT(nvcim("mc --quantiles 1% no_such_chip").err, HasSubstr("\"no_such_chip\" is neither"));
  EXPECT_THAT(nvcim("mc --target 85% no_such_chip").err, HasSubstr("\"no_such_chip\" is neither"));
  for (const char* option : {"--bound 0.03", "--verify 1", "--method pgd", "--workload lenet_mnist_4b"})
    EXPECT_THAT(nvcim(std::string("worst-case ") + option + " no_such_chip").err,
                HasSubstr("\"no_such_chip\" is neither"))
        << option;
  EXPECT_THAT(refusal("sweep --budgets 0,,1"), HasSubstr("--budgets: 0,,1 has an empty element"));
  EXPECT_THAT(refusal("sweep --methods swim,"), HasSubstr("--methods: swim, has an empty element"));
}

TEST_F(Options, ThatAreUnknownComeWithTheNearestOne) {
  EXPECT_THAT(refusal("run --sample 3"), HasSubstr("--sample is not an option of nvcim run; did you mean --samples?"));
  EXPECT_THAT(refusal("run --egnine both"), HasSubstr("did you mean --engine?"));
  EXPECT_THAT(refusal("mc --instance 3"), HasSubstr("did you mean --instances?"));
  EXPECT_THAT(refusal("train --epochs 3"), HasSubstr("similar: --float-epochs, --quantised-epochs"));
  EXPECT_THAT(refusal("run --colour"), HasSubstr("--colour is not an option of nvcim run\n"));
  EXPECT_THAT(refusal("run a b"), HasSubstr("\"b\" is one word too many: nvcim run takes one ARCH"));
  EXPECT_THAT(refusal("schema b"), HasSubstr("nvcim schema takes options alone"));
  EXPECT_THAT(refusal("rnu"), HasSubstr("did you mean \"run\"?"));
  EXPECT_THAT(refusal("run --quiet=yes"), HasSubstr("--quiet takes no value, and yes is given"));
  EXPECT_THAT(refusal("run --engine bth"), HasSubstr("did you mean \"both\"?"));
  EXPECT_THAT(refusal("select --method swmi"), HasSubstr("did you mean \"swim\"?"));
}

TEST_F(Options, NamesThatAreUnknownComeWithTheNearestOne) {
  EXPECT_THAT(nvcim("run rram_1t1r").err, HasSubstr("did you mean \"rram_1t1r_128\"?"));
  EXPECT_THAT(nvcim("run --workload lenet_mnist_4").err, HasSubstr("did you mean lenet_mnist_4b?"));
  EXPECT_THAT(nvcim("run --data fashon_mnist").err, HasSubstr("did you mean fashion_mnist?"));
  EXPECT_THAT(nvcim("check --set /adc/bit=6").err, HasSubstr("did you mean \"bits\"?"));
}

TEST_F(Options, OfEveryCommandMayStandBeforeIt) {
  const Outcome before = nvcim("--json --set /adc/bits=6 presets tiny_2x2"),
                after = nvcim("presets tiny_2x2 --json --set /adc/bits=6");
  ASSERT_EQ(before.exit_code, 0) << before.err;
  EXPECT_EQ(before.out, after.out);
  EXPECT_EQ(nvcim("--quiet check").out, "");
  EXPECT_EQ(nvcim("--quiet train --help").exit_code, 0);
  EXPECT_THAT(refusal("--quite run"), HasSubstr("--quite is not an option of nvcim; did you mean --quiet?"));
  EXPECT_THAT(refusal("--quiet"), HasSubstr("no command given"));
  EXPECT_THAT(refusal("--quiet rnu"), HasSubstr("\"rnu\" is not a command; did you mean \"run\"?"));
}

TEST_F(Options, WithUnitsNameTheUnitsAndAnExampleThatFits) {
  EXPECT_THAT(nvcim("run --age 3600").err,
              HasSubstr("--age: 3600 has no unit; write e.g. \"1 h\"; units: s with a prefix "
                        "(ns, us, ms), min, h, d, y"));
  EXPECT_THAT(nvcim("run --age 3x").err, HasSubstr("has unit x where s is needed; write e.g. \"1 h\""));
  EXPECT_THAT(nvcim("run --age +1h").err, HasSubstr("begins with '+'"));
  EXPECT_THAT(nvcim("run --temperature 85 --age 1h").err, HasSubstr("write e.g. \"85 C\"; units: C, K"));
  EXPECT_THAT(nvcim("program --budget-time 5").err, HasSubstr("write e.g. \"5 ms\""));
  EXPECT_THAT(nvcim("program --budget-energy 5").err, HasSubstr("write e.g. \"2 uJ\""));
  EXPECT_THAT(nvcim("check --set /device/age=3600").err, HasSubstr("3600 has no unit"));
  EXPECT_THAT(nvcim("check --set '/device/age=3600 x'").err, HasSubstr("write e.g. \"1 h\""));
  // Ten years are read, and lie beyond what was measured.
  EXPECT_THAT(nvcim("run --age 10y").err, HasSubstr("age 315.576 Ms is above"));
}

TEST_F(Options, WithoutEffectOnTheChipAreRefused) {
  for (const char* set :
       {"/adc/bits=6", "/adc/inl=1", "/device/relaxation_shape=gaussian", "/device/table=ispp_chip2",
        "/write_controller/fixed_set_pulses=3", "/write_controller/reverify_wait='2 s'", "/set_pulse/gate_step='0.2 V'",
        "/chip/temperature='350 K'", "/mapping/area_limit='1 mm^2'"}) {
    const Outcome outcome = nvcim(std::string("check swim_paper --set ") + set);
    EXPECT_EQ(outcome.exit_code, 3) << set;
    EXPECT_THAT(outcome.err, HasSubstr(" as well")) << set;
  }
  EXPECT_THAT(nvcim("check --set /adc/model=ideal --set /adc/bits=6").err,
              HasSubstr("/adc/bits: limits no sum with /adc/model = ideal"));
  EXPECT_THAT(nvcim("check --set /adc/bits=").err, HasSubstr("has no value behind '='"));
}

TEST_F(Options, AShapeWithoutWeightsSaysHowItRuns) {
  EXPECT_THAT(nvcim("run --workload resnet20").err, HasSubstr("nvcim run --workload resnet20 --data none gives"));
  EXPECT_THAT(nvcim("mc --workload vgg8").err, HasSubstr("nvcim train vgg8 trains it"));
  const Outcome check = nvcim("check swim_paper --workload lenet");
  EXPECT_EQ(check.exit_code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("lenet on it: "));
}

}  // namespace
}  // namespace nvcim::test
