// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace nvcim::cli {

using namespace std::chrono_literals;

std::string format_seconds(double seconds) {
  const auto total = static_cast<long long>(std::ceil(seconds));
  const auto hours = total / 3600, minutes = total / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60)
                   : fmt::format("{}:{:02}", minutes, total % 60);
}

Progress::Progress(bool quiet) : enabled_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

void Progress::begin(std::string what) {
  clear();
  what_ = std::move(what);
  start_ = last_ = Clock::now();
}

void Progress::update(int done, int total) {
  if (!enabled_ || total <= 0) return;
  const auto now = Clock::now();
  if (now - start_ < 2s || (now - last_ < 200ms && done < total)) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::string left = done > 0 ? format_seconds(elapsed * (total - done) / done) : "?";
  fmt::print(stderr, "\r\033[K{}  {}/{}  {:.0f} %  ETA {}", what_, done, total, 100.0 * done / total, left);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

std::function<void(int, int)> Progress::callback() {
  if (!enabled_) return {};
  return [this](int done, int total) { update(done, total); };
}

}  // namespace nvcim::cli
