// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>

#include "arch/load.h"
#include "sim/cli/command_line.h"
#include "sim/cli/command_words.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/studies/calibrate/request.h"
#include "sim/studies/monte_carlo.h"
#include "sim/studies/options/job_identity.h"
#include "sim/studies/program/request.h"
#include "sim/studies/run/request.h"
#include "sim/studies/select/request.h"
#include "sim/studies/sensitivity/request.h"
#include "sim/studies/sweep.h"
#include "sim/studies/train/request.h"
#include "sim/studies/workload/request.h"
#include "sim/studies/worst_case.h"
#include "tests/cli/random_request.h"
#include "tests/monte_carlo/small_study.h"

/// What is made of the description of a study's request.
namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// What the program understands: the request that a command line asks for.
template <class R>
R parsed(std::vector<std::string> words) {
  words.insert(words.begin(), {"nvcim", "study"});
  words = cli::with_command_first(words);
  CLI::App program("", "nvcim");
  R request;
  cli::add_command(program, request, "study", "", "");
  cli::check_words(program, words);
  std::vector<std::string> last_first(words.rbegin(), words.rend() - 1);
  program.parse(last_first);
  return request;
}

/// A name for messages.
std::string line(const std::vector<std::string>& words) {
  return cli::shell_command(words);
}

template <class R>
class Request : public ::testing::Test {};
using Studies = ::testing::Types<RunOptions, ProgramOptions, MonteCarloOptions, SweepOptions, WorstCaseOptions,
                                 SensitivityOptions, SelectOptions, CalibrateOptions, TrainOptions, WorkloadOptions>;
TYPED_TEST_SUITE(Request, Studies);

/// What may be asked for at least: a network is named where the command wants one.
template <class R>
R least() {
  R request;
  if constexpr (std::is_same_v<R, WorkloadOptions>) request.workload = "lenet_mnist_4b";
  return request;
}

/// Options that a repeat leaves out are as they were.
template <class R>
void forget_what_decides_nothing(R& request) {
  const R untouched = least<R>();
  request.out = untouched.out;
  request.quiet = request.json = false;
  if constexpr (!std::is_same_v<R, TrainOptions>) request.wanted_threads.reset();
  if constexpr (requires { request.force; }) request.force = false;
  if constexpr (requires { request.save; }) request.save.clear();
  for (const ListedOption& option : listed_options(request))
    if (option.member == &request.seed && option.about.decides == Decides::nothing) request.seed = untouched.seed;
}

TYPED_TEST(Request, IsWhatItsWordsAskFor) {
  int different = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    TypeParam request = least<TypeParam>();
    RandomValues values(seed);
    request.describe(values);
    forget_what_decides_nothing(request);
    const std::vector<std::string> words = request_words(request);
    different += !(request == least<TypeParam>());
    try {
      ASSERT_TRUE(parsed<TypeParam>(words) == request) << line(words);
      const auto shortest = request_words(request, {}, Defaults::left_out);
      ASSERT_TRUE(parsed<TypeParam>(shortest) == request) << line(shortest);
    } catch (const std::exception& error) {
      FAIL() << line(words) << ": " << error.what();
    }
  }
  EXPECT_GT(different, 250);
}

TYPED_TEST(Request, NamesEveryOptionOnce) {
  std::set<std::string> names;
  std::set<const void*> members;
  const TypeParam request;
  for (const ListedOption& option : listed_options(request)) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(members.insert(option.member).second) << option.name;
    EXPECT_EQ(option_name(request, option.member), option.name);
  }
  EXPECT_GT(names.size(), 10u);
}

TYPED_TEST(Request, AsJsonHoldsEveryValueThatDecidesSomething) {
  TypeParam request = least<TypeParam>();
  RandomValues values(3);
  request.describe(values);
  const nlohmann::ordered_json json = request_as_json(request);
  std::size_t expected = 0;
  for (const ListedOption& option : listed_options(request)) {
    const std::string key = option.by_place ? option.name : option.name.substr(2);
    const bool wanted = option.given && option.about.decides != Decides::nothing;
    expected += wanted;
    ASSERT_EQ(json.contains(key), wanted) << key;
    if (wanted) {
      EXPECT_EQ(json[key], option.value) << key;
    }
  }
  EXPECT_EQ(json.size(), expected);
}

/// Visitor: takes one option out of its range.
class OutOfRange {
 public:
  explicit OutOfRange(int at) : at_(at) {}
  void heading(const char*) {}
  template <class G>
  void include(G& group) {
    group.describe(*this);
  }
  template <class T>
  void whole(const char* name, T& member, const Whole& range, const char*, const About& = {}) {
    using Number = typename ValueOf<T>::Type;
    if (!is_it(name)) return;
    if (range.least > 0 || std::is_signed_v<Number>)
      member = static_cast<Number>(range.least) - 1;
    else if (range.most_of<Number>() < std::numeric_limits<Number>::max())
      member = range.most_of<Number>() + 1;
    else
      name_.clear();  // every number is one of these
  }
  template <class T>
  void share(const char* name, T& member, const Range& range, const char*, const About& = {}) {
    if (is_it(name)) member = range.high + 0.5;
  }
  void shares(const char* name, std::vector<double>& member, const Range& range, const char*, const About& = {}) {
    if (is_it(name)) member = {0.5, range.low - 0.25};
  }
  void quantity(const char* name, std::string& member, const Quantity&, const char*, const About& = {}) {
    if (is_it(name)) member = "3 parsec";
  }
  void number(const char* name, auto&, const Range&, const char*, const About& = {}) { skip(name); }
  void choice(const char* name, auto&, const char*, const About& = {}) { skip(name); }
  void choices(const char* name, auto&, const char*, const About& = {}) { skip(name); }
  void text(const char* name, auto&, const TextKind&, const char*, const About& = {}) { skip(name); }
  void texts(const char* name, auto&, const TextKind&, const char*, const About& = {}) { skip(name); }
  void words(const char* name, auto&, const TextKind&, const char*, const About& = {}) { skip(name); }
  void coded(const char* name, auto&, const TextKind&, const char*, const About& = {}) { skip(name); }
  void flag(const char* name, bool&, const char*, const About& = {}) { skip(name); }
  std::string name() const { return name_; }

 private:
  bool is_it(const char* name) {
    if (seen_++ != at_) return false;
    name_ = name;
    return true;
  }
  void skip(const char*) { ++seen_; }

  int at_, seen_ = 0;
  std::string name_;
};

TYPED_TEST(Request, OutsideARangeIsRefusedByTheLibraryAndTheCommandLineAlike) {
  int tried = 0;
  const int options = static_cast<int>(listed_options(TypeParam{}).size());
  for (int at = 0; at < options; ++at) {
    TypeParam request = least<TypeParam>();
    OutOfRange visitor(at);
    request.describe(visitor);
    if (visitor.name().empty()) continue;
    ++tried;
    const std::vector<InputIssue> issues = option_issues(request);
    ASSERT_EQ(issues.size(), 1u) << visitor.name();
    EXPECT_EQ(issues.front().file, visitor.name());
    const ListedOption option = listed_options(request)[static_cast<std::size_t>(at)];
    if (issues.front().message.find("is not a") == std::string::npos) continue;  // a unit, checked with the inputs
    try {
      parsed<TypeParam>({"--seed", "1", option.name, option.texts.front()});
      ADD_FAILURE() << option.name << " " << option.texts.front() << " is taken";
    } catch (const CLI::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(issues.front().message)) << "the same words";
    }
  }
  EXPECT_GE(tried, 2);
}

template <class R>
std::string identity(const R& request) {
  workloads::Network network;
  return job_identity("study", request, network, InputFingerprint());
}

template <class R>
void options_that_decide_an_outcome_make_another_job() {
  const int options = static_cast<int>(listed_options(R{}).size());
  int outcomes = 0, others = 0;
  for (int at = 0; at < options; ++at) {
    R request;
    const std::string before = identity(request);
    RandomValues values(static_cast<std::uint64_t>(at) + 1, at);
    request.describe(values);
    const ListedOption option = listed_options(request)[static_cast<std::size_t>(at)];
    ASSERT_TRUE(values.changed_it()) << option.name;
    const bool decides = option.about.decides == Decides::outcome;
    EXPECT_EQ(identity(request) != before, decides) << option.name;
    (decides ? outcomes : others) += 1;
  }
  EXPECT_GE(outcomes, 4);
  EXPECT_GE(others, 14);
}

TEST(Journal, IsAnotherJobsWhereAnOptionDecidesAnOutcome) {
  options_that_decide_an_outcome_make_another_job<MonteCarloRequest>();
  options_that_decide_an_outcome_make_another_job<SweepRequest>();
  options_that_decide_an_outcome_make_another_job<WorstCaseRequest>();
}

TEST(Journal, GoesOnWhereAnOptionDecidesTheReportAlone) {
  OneProcess alone;
  const fs::path file = fs::path(::testing::TempDir()) / "nvcim_requests_journal";
  MonteCarloRequest first = small_study();
  first.verify = 0.3;
  first.method = mapping::SelectionMethod::magnitude;
  first.journal = file;
  const int options = static_cast<int>(listed_options(first).size());
  int continued = 0, refused = 0;
  for (int at = 0; at < options; ++at) {
    fs::remove(file);
    ASSERT_EQ(run_monte_carlo(first, alone).computed, 12);
    MonteCarloRequest request = first;
    RandomValues values(7, at);
    static_cast<MonteCarloOptions&>(request).describe(values);
    const ListedOption option = listed_options(request)[static_cast<std::size_t>(at)];
    // These are about how many there are, or about what is loaded, which is tested by itself.
    if (request.instances != first.instances || request.precision || option.about.decides == Decides::input) continue;
    if (option.about.decides == Decides::outcome) {
      EXPECT_THROW(run_monte_carlo(request, alone), InputError) << option.name;
      ++refused;
    } else {
      EXPECT_EQ(run_monte_carlo(request, alone).computed, 0) << option.name;
      ++continued;
    }
  }
  EXPECT_EQ(refused, 4) << "--seed, --verify, --method, --granularity";
  EXPECT_EQ(continued, 7) << "--out, --threads, --quiet, --json, --quantiles, --target, --force";
  fs::remove(file);
}

TEST(Fingerprint, OfTheInputsTellsThemApart) {
  const MonteCarloRequest request = small_study();
  mapping::WritePlan plan;
  plan.verify = {{1, 0, 1}};
  const auto of = [&](const MonteCarloRequest& one, const mapping::WritePlan& cells) {
    return InputFingerprint()
        .add(one.architecture)
        .add(one.network)
        .add(one.data)
        .add(one.curvature)
        .add(cells)
        .value();
  };
  std::set<std::uint64_t> seen = {of(request, plan)};
  const auto is_new = [&](auto change) {
    MonteCarloRequest other = request;
    mapping::WritePlan cells = plan;
    change(other, cells);
    return seen.insert(of(other, cells)).second;
  };
  EXPECT_FALSE(is_new([](auto& other, auto&) { other.architecture.comments[""] = "mine"; }));
  EXPECT_TRUE(is_new([](auto& other, auto&) { other.architecture.device.sigma = 0.61; }));
  EXPECT_TRUE(is_new([](auto& other, auto&) { ++other.network.nodes[0].mvm.weights[3]; }));
  EXPECT_TRUE(is_new([](auto& other, auto&) { other.data.pixels[5] ^= 1; }));
  EXPECT_TRUE(is_new([](auto& other, auto&) { other.data.labels[5] ^= 1; }));
  EXPECT_TRUE(is_new([](auto& other, auto&) { other.curvature[0][2] += 1e-9; }));
  EXPECT_TRUE(is_new([](auto&, auto& cells) { cells.verify[0][1] = 1; }));
  // What moves from one part to its neighbour is another input.
  EXPECT_TRUE(is_new([](auto&, auto& cells) { cells.verify = {{1, 0}, {1}}; }));
}

TEST(Words, OfARequestKeepTheirFilesInAnotherFolder) {
  const fs::path here = fs::current_path();
  MonteCarloOptions request;
  request.from.architecture = cli::architecture_in("results/one");
  request.from.workload = "models/net.onnx";
  request.from.data = "mnist";
  const auto words = request_words(request, cli::as_named_in(here / "results/one"), Defaults::left_out);
  const auto from_here = request_words(request, cli::as_named_in("results/one"), Defaults::left_out);
  EXPECT_THAT(from_here,
              ::testing::ElementsAre("architecture.json", "--workload", "../../models/net.onnx", "--data", "mnist"));
  EXPECT_THAT(words, ::testing::Contains("../../models/net.onnx"));
}

TEST(Words, OfNumbersAreReadAsTheNearestDouble) {
  // Read as a long double first and rounded twice it would be 0.42894040916398257.
  const MonteCarloOptions request = parsed<MonteCarloOptions>(
      {"--verify", "0.4289404091639826", "--target", "0.4289404091639826,42.89404091639826%"});
  EXPECT_EQ(request.verify, 0.4289404091639826);
  EXPECT_THAT(request.targets, ::testing::ElementsAre(0.4289404091639826, 0.4289404091639826));
  const TrainOptions training = parsed<TrainOptions>({"--learning-rate", "0.4289404091639826"});
  EXPECT_EQ(training.learning_rate, 0.4289404091639826);
}

TEST(Words, LeaveOutWhatCannotStandBesideOthers) {
  SelectOptions select;
  select.curvature.sensitivity_file = "/s.txt";
  EXPECT_THAT(request_words(select), ::testing::Not(::testing::Contains("--sensitivity")));
  EXPECT_THAT(request_words(SelectOptions{}), ::testing::Contains("--sensitivity"));
  RunOptions run;
  run.chip = "/chip.h5";
  EXPECT_THAT(request_words(run), ::testing::Not(::testing::Contains("--seed")));
  EXPECT_THAT(request_words(RunOptions{}), ::testing::Contains("--seed"));
  EXPECT_THAT(request_words(TrainOptions{}), ::testing::Not(::testing::Contains("--sigma-max")));
  TrainOptions train;
  train.noise.kind = workloads::WeightNoise::trice;
  EXPECT_THAT(request_words(train), ::testing::Contains("--sigma-max"));
}

}  // namespace
}  // namespace nvcim::sim
