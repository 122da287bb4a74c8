// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interruption.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "arch/check.h"

namespace nvcim::cli {
namespace {

/// What a signal handler may look at: it has no other way to the object.
struct Message {
  std::array<char, 4096> file{};
  std::array<char, 64> units{};
  std::atomic<int> done{0}, total{0};
  std::atomic<bool> armed{false};
};
Message message;

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constexpr int kSignals[] = {SIGINT, SIGTERM};

// Only what POSIX allows in a handler from here on: no allocation, no printf.

void say(const char* text) {
  const std::size_t size = std::strlen(text);
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, size);
}

void say(int number) {
  std::array<char, 16> digits{};
  std::size_t at = digits.size() - 1;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0 && at > 0);
  say(digits.data() + at);
}

extern "C" void say_what_is_kept(int signal) {
  const int saved = errno;
  if (message.armed.load()) {
    say(signal == SIGINT ? "\nnvcim: interrupted; " : "\nnvcim: ended by SIGTERM; ");
    const int done = message.done.load(), total = message.total.load();
    if (::access(message.file.data(), F_OK) != 0) {
      say("nothing was finished yet, and nothing is left\n");
    } else {
      if (total > 0) {
        say(done);
        say(" of ");
        say(total);
        say(" ");
        say(message.units.data());
        say(" are kept in ");
      } else {
        say("what was finished is kept in ");
      }
      say(message.file.data());
      say("; the same command goes on from there\n");
    }
  }
  errno = saved;
  // The default action is in place again (SA_RESETHAND), so that a shell sees how the process ended.
  ::raise(signal);
}

void copy(const std::string& text, char* to, std::size_t size) {
  std::strncpy(to, text.c_str(), size - 1);
}

}  // namespace

Interruption::Interruption(const std::filesystem::path& kept, const std::string& units, bool speaks) : speaks_(speaks) {
  if (!speaks_) return;
  NVCIM_CHECK(!message.armed.load(), "two at a time");
  message.file.fill('\0');
  message.units.fill('\0');
  copy(kept.string(), message.file.data(), message.file.size());
  copy(units, message.units.data(), message.units.size());
  message.done = message.total = 0;
  message.armed = true;
  struct sigaction action = {};
  action.sa_handler = say_what_is_kept;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) {
    struct sigaction former = {};
    // One that nohup or a shell's background job ignores stays ignored.
    if (::sigaction(signal, nullptr, &former) == 0 && former.sa_handler != SIG_IGN)
      ::sigaction(signal, &action, nullptr);
  }
}

Interruption::~Interruption() {
  if (!speaks_) return;
  for (const int signal : kSignals) {
    struct sigaction former = {};
    if (::sigaction(signal, nullptr, &former) == 0 && former.sa_handler == say_what_is_kept)
      std::signal(signal, SIG_DFL);
  }
  message.armed = false;
}

void Interruption::finished(int done, int total) {
  if (!speaks_) return;
  message.total = total;
  message.done = done;
}

}  // namespace nvcim::cli
