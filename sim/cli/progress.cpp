// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

using namespace std::chrono_literals;

namespace {

constexpr double kStart = 0.5;      // seconds
constexpr double kSilence = 2;      // seconds
constexpr double kLogSilence = 10;  // seconds
constexpr double kLongest = 60;     // seconds between two lines of a log

}  // namespace

bool LogPace::wants_line(int done, int total, double elapsed) {
  if (total <= 0 || elapsed < kLogSilence) return false;
  const int tenths = static_cast<int>(std::int64_t{10} * done / total);
  if (total != total_) tenths_ = total_ == 0 ? 0 : tenths;  // a total that grew begins no new tenth
  total_ = total;
  if (tenths <= tenths_ && elapsed - last_ < kLongest) return false;
  tenths_ = tenths;
  last_ = elapsed;
  return true;
}

std::string format_seconds(double seconds) {
  const auto total = static_cast<long long>(std::ceil(seconds));
  const auto hours = total / 3600, minutes = total / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60)
                   : fmt::format("{}:{:02}", minutes, total % 60);
}

std::optional<double> Forecast::seconds_left(int done, int total, double elapsed) {
  if (elapsed < kStart) {
    from_done_ = done;
    from_elapsed_ = elapsed;
    return std::nullopt;
  }
  if (done <= from_done_) return std::nullopt;
  return (elapsed - from_elapsed_) * (total - done) / (done - from_done_);
}

Progress::Progress(bool quiet) : enabled_(!quiet), rewrites_(::isatty(STDERR_FILENO) == 1) {}

void Progress::begin(std::string what) {
  clear();
  what_ = std::move(what);
  start_ = last_ = Clock::now();
  pace_ = {};
  forecast_ = {};
}

void Progress::update(int done, int total) {
  if (!enabled_ || total <= 0) return;
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::optional<double> seconds = forecast_.seconds_left(done, total, elapsed);
  const std::string left = seconds ? format_seconds(*seconds) : "?";
  const double percent = 100.0 * done / total;
  if (!rewrites_) {
    if (pace_.wants_line(done, total, elapsed))
      print_error(fmt::format("{}  {}/{}  {:.0f} %  after {}  ETA {}\n", what_, done, total, percent,
                              format_seconds(elapsed), left));
    return;
  }
  if (elapsed < kSilence || (now - last_ < 200ms && done < total)) return;
  last_ = now;
  print_error(fmt::format("\r\033[K{}  {}/{}  {:.0f} %  ETA {}", what_, done, total, percent, left));
  shown_ = true;
}

void Progress::clear() {
  if (shown_) print_error("\r\033[K");
  shown_ = false;
}

std::function<void(int, int)> Progress::callback() {
  if (!enabled_) return {};
  return [this](int done, int total) { update(done, total); };
}

}  // namespace nvcim::cli
