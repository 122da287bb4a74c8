// SPDX-License-Identifier: Apache-2.0
#include "mapping/guarded_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "arch/input_error.h"

namespace nvcim::mapping {
namespace {

// What the child's exit says of its work.
constexpr int kReturned = 0;
constexpr int kRefused = 40;  // issues follow in the second pipe
constexpr int kNoMemory = 41;
constexpr int kFailed = 42;  // an exception that is none of the above

/// The other end has gone: how the child ended says why.
struct PipeEnded {};

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw InputError("", "", fmt::format("no pipe to a process can be had: {}", std::strerror(errno)));
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(int end) {
    if (ends[std::size_t(end)] >= 0) ::close(ends[std::size_t(end)]);
    ends[std::size_t(end)] = -1;
  }
  int reads() const { return ends[0]; }
  int writes() const { return ends[1]; }

  std::array<int, 2> ends{-1, -1};
};

std::uint64_t address_space() {
  std::uint64_t pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    unsigned long long value = 0;
    if (std::fscanf(file, "%llu", &value) == 1) pages = value;
    std::fclose(file);
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void lower_limit(__rlimit_resource which, rlim_t most) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_cur, most);  // RLIM_INFINITY is the largest number
  ::setrlimit(which, &limit);
}

void confine(const ChildLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPIPE, SIGXCPU, SIGINT, SIGTERM})
    std::signal(signal, SIG_DFL);
  lower_limit(RLIMIT_CORE, 0);
  lower_limit(RLIMIT_CPU, limits.cpu_seconds);
  if (const std::uint64_t now = address_space()) lower_limit(RLIMIT_AS, now + limits.more_memory);
  // Libraries and the C library print where they find their memory damaged.
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO})
    if (nothing >= 0) ::dup2(nothing, descriptor);
}

[[noreturn]] void be_child(const ChildLimits& limits, const std::function<void(ChildPipe&)>& work, Pipe& data,
                           Pipe& failures) {
  data.close(0);
  failures.close(0);
  confine(limits);
  int code = kReturned;
  try {
    ChildPipe pipe(data.writes());
    work(pipe);
  } catch (const InputError& error) {
    code = kRefused;
    data.close(1);  // the parent reads it to its end before it looks at the failures
    try {
      ChildPipe pipe(failures.writes());
      for (const InputIssue& issue : error.issues()) {
        pipe.write_text(issue.file);
        pipe.write_text(issue.pointer);
        pipe.write_text(issue.message);
      }
    } catch (...) {
      code = kFailed;
    }
  } catch (const std::bad_alloc&) {
    code = kNoMemory;
  } catch (...) {
    code = kFailed;
  }
  ::_exit(code);
}

std::vector<InputIssue> read_issues(int descriptor) {
  std::vector<InputIssue> issues;
  ChildPipe pipe(descriptor);
  try {
    while (true) {
      InputIssue issue;
      issue.file = pipe.read_text();
      issue.pointer = pipe.read_text();
      issue.message = pipe.read_text();
      issues.push_back(std::move(issue));
    }
  } catch (const PipeEnded&) {
    return issues;
  }
}

/// Waits for the child; kills it first when it is not wanted any more.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return status;
  }

 private:
  pid_t id_;
};

std::string how_it_ended(int status, const ChildLimits& limits) {
  if (!WIFSIGNALED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU) return fmt::format("{} s of processor time were not enough", limits.cpu_seconds);
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace

void ChildPipe::write(const void* from, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count = ::write(descriptor_, static_cast<const char*>(from) + done, bytes - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw PipeEnded();
    done += static_cast<std::size_t>(count);
  }
}

void ChildPipe::read(void* to, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count = ::read(descriptor_, static_cast<char*>(to) + done, bytes - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw PipeEnded();
    done += static_cast<std::size_t>(count);
  }
}

void ChildPipe::write_text(const std::string& text) {
  write_values(std::vector<char>(text.begin(), text.end()));
}

void ChildPipe::give_up() {
  throw PipeEnded();
}

std::string ChildPipe::read_text(std::size_t most) {
  const std::vector<char> text = read_values<char>(most);
  return {text.begin(), text.end()};
}

void in_child_process(const ChildLimits& limits, const std::function<void(ChildPipe&)>& child,
                      const std::function<void(ChildPipe&)>& parent) {
  Pipe data, failures;
  const pid_t id = ::fork();
  if (id < 0) throw InputError("", "", fmt::format("no process can be started: {}", std::strerror(errno)));
  if (id == 0) be_child(limits, child, data, failures);
  Child process(id);
  data.close(1);
  failures.close(1);
  bool all_read = false;
  try {
    ChildPipe pipe(data.reads());
    parent(pipe);
    all_read = true;
  } catch (const PipeEnded&) {  // the child's end tells more
  }
  data.close(0);
  const std::vector<InputIssue> issues = read_issues(failures.reads());
  const int status = process.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == kRefused && !issues.empty()) throw InputError(issues);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMemory) throw std::bad_alloc();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != kReturned || !all_read)
    throw ChildDied(how_it_ended(status, limits));
}

}  // namespace nvcim::mapping
