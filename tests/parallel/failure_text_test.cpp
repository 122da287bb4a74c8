// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/failure_text.h"

#include <gmock/gmock.h>

#include <new>

#include "arch/input_error.h"

namespace nvcim::sim {
namespace {

template <class Exception>
std::exception_ptr made(Exception exception) {
  return std::make_exception_ptr(std::move(exception));
}

std::string words_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(FailureText, BringsAFailureToAnotherProcess) {
  const InputError error({{"a.json", "/x", "\xff is no text\nat all"}, {"", "", "second"}});
  const std::string text = failure_text(made(error));
  EXPECT_TRUE(is_input_failure(text));
  try {
    std::rethrow_exception(failure_of(text));
    FAIL();
  } catch (const InputError& arrived) {
    ASSERT_EQ(arrived.issues().size(), 2u);
    EXPECT_EQ(arrived.issues()[0].pointer, "/x");
    EXPECT_EQ(arrived.issues()[1].text(), error.issues()[1].text());
  }
  EXPECT_THROW(std::rethrow_exception(failure_of(failure_text(made(std::bad_alloc())))), std::bad_alloc);
  const std::string bug = failure_text(made(std::logic_error("ours")));
  EXPECT_FALSE(is_input_failure(bug));
  EXPECT_EQ(words_of(failure_of(bug)), "ours");
  EXPECT_FALSE(is_input_failure(failure_text(made(7))));
}

TEST(JoinFailures, NamesEveryIssueOnceAndTheRanksThatAloneHaveIt) {
  const InputError everywhere("", "", "everywhere"), there("data", "", "missing");
  const std::exception_ptr joined = join_failures(
      {made(everywhere), nullptr, made(InputError({everywhere.issues()[0], there.issues()[0]})), made(there)});
  try {
    std::rethrow_exception(joined);
    FAIL();
  } catch (const InputError& error) {
    ASSERT_EQ(error.issues().size(), 2u);
    EXPECT_EQ(error.issues()[0].message, "everywhere");
    EXPECT_EQ(error.issues()[1].message, "missing (rank 2)");
  }
  EXPECT_EQ(join_failures({nullptr, nullptr}), nullptr);
  EXPECT_EQ(words_of(join_failures({made(there), made(std::logic_error("ours"))})), "ours");
}

TEST(OutcomesText, KeepsWhatIsThereAndWhatIsNot) {
  Outcomes outcomes(4);
  outcomes[1] = "one 1";
  outcomes[3] = " three";
  EXPECT_EQ(outcomes_of(outcomes_text(outcomes), 4), outcomes);
  EXPECT_EQ(outcomes_of("", 2), Outcomes(2));
}

}  // namespace
}  // namespace nvcim::sim
