// SPDX-License-Identifier: Apache-2.0
#include "mapping/guarded_child.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "arch/input_error.h"

namespace nvcim::mapping {
namespace {

using ::testing::HasSubstr;
using Work = std::function<void(ChildPipe&)>;

/// How the child's end is told, when the parent wants one number of it.
std::string end_of(const Work& child, const ChildLimits& limits = {}) {
  try {
    in_child_process(limits, child, [](ChildPipe& pipe) {
      int number = 0;
      pipe.read(&number, sizeof number);
    });
  } catch (const ChildDied& died) {
    return std::string("died: ") + died.what();
  } catch (const InputError& error) {
    return std::string("refused: ") + error.what();
  } catch (const std::bad_alloc&) {
    return "no memory";
  }
  return "";
}

TEST(GuardedChild, HandsOverWhatItWrites) {
  std::vector<int> many(1'000'000);  // more than a pipe holds
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<int>(i);
  int changed = 1;
  std::vector<int> received;
  std::string text;
  in_child_process(
      {},
      [&](ChildPipe& pipe) {
        changed = 2;
        pipe.write_text("words");
        pipe.write_values(many);
      },
      [&](ChildPipe& pipe) {
        text = pipe.read_text();
        received = pipe.read_values<int>(many.size());
      });
  EXPECT_EQ(text, "words");
  EXPECT_TRUE(received == many);
  EXPECT_EQ(changed, 1) << "the child has memory of its own";
}

TEST(GuardedChild, TellsItsMistakesAsIfTheyWereHere) {
  const std::string long_text(100'000, 'x');  // more than a pipe holds
  EXPECT_EQ(end_of([&](ChildPipe&) {
              throw InputError({{"f", "/a", "wrong"}, {"g", "", long_text.substr(0, 3000)}});
            }),
            "refused: f:/a: wrong\ng: " + long_text.substr(0, 3000));
  EXPECT_EQ(end_of([](ChildPipe& pipe) {
              const int half = 7;
              pipe.write(&half, 2);  // what was begun does not matter then
              throw InputError("f", "", "later");
            }),
            "refused: f: later");
  std::size_t length = 0;
  try {
    in_child_process(
        {}, [&](ChildPipe&) { throw InputError("f", "", long_text); }, [](ChildPipe&) {});
  } catch (const InputError& error) {
    length = error.issues().front().message.size();
  }
  EXPECT_EQ(length, long_text.size());
}

TEST(GuardedChild, SaysHowItDied) {
  EXPECT_EQ(end_of([](ChildPipe&) { std::raise(SIGSEGV); }), "died: signal 11 (Segmentation fault)");
  EXPECT_EQ(end_of([](ChildPipe&) { std::abort(); }), "died: signal 6 (Aborted)");
  EXPECT_EQ(end_of([](ChildPipe&) { ::_exit(7); }), "died: exit code 7");
  EXPECT_EQ(end_of([](ChildPipe&) { throw std::runtime_error("no mistake of the user's"); }), "died: exit code 42");
  EXPECT_EQ(end_of([](ChildPipe&) {}), "died: exit code 0") << "ends before it has written all";
  EXPECT_EQ(end_of([](ChildPipe& pipe) {
              const int number = 3;
              pipe.write(&number, sizeof number);
            }),
            "");
}

TEST(GuardedChild, IsHeldToItsTimeAndMemory) {
  volatile bool for_ever = true;
  EXPECT_EQ(end_of(
                [&](ChildPipe&) {
                  while (for_ever) continue;
                },
                {.cpu_seconds = 1}),
            "died: 1 s of processor time were not enough");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they answer a failed malloc themselves
  const auto take = [](std::size_t bytes) {
    return [bytes](ChildPipe& pipe) {
      const std::vector<char> taken(bytes);
      const int number = taken[bytes / 2];
      pipe.write(&number, sizeof number);
    };
  };
  EXPECT_EQ(end_of(take(64 << 20), {.more_memory = 32 << 20}), "no memory");
  EXPECT_EQ(end_of(take(16 << 20), {.more_memory = 64 << 20}), "");
#endif
}

TEST(GuardedChild, PrintsNothingAndLeavesNoProcess) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(end_of([](ChildPipe&) {
              std::fputs("glibc: damaged\n", stderr);
              std::fflush(stderr);
              std::abort();
            }),
            "died: signal 6 (Aborted)");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  // A parent that gives up does not wait for a child that goes on.
  EXPECT_THROW(in_child_process(
                   {}, [](ChildPipe&) { ::pause(); }, [](ChildPipe&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace nvcim::mapping
