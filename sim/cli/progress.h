// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace nvcim::cli {

/// When a log, in which nothing can be rewritten, gets a line: when another tenth is done, or a minute has passed since
/// the last one; none in the first ten seconds.
class LogPace {
 public:
  /// @param elapsed  seconds since the work began
  /// @return whether this state is worth a line
  bool wants_line(int done, int total, double elapsed);

 private:
  int tenths_ = 0;  ///< that the log has seen
  int total_ = 0;
  double last_ = 0;  ///< seconds
};

/// Seconds left, at the pace since the first half second: what a study finds finished in its journal comes at once.
class Forecast {
 public:
  /// @param elapsed  seconds since the work began
  std::optional<double> seconds_left(int done, int total, double elapsed);

 private:
  int from_done_ = 0;
  double from_elapsed_ = 0;
};

/// One line on standard error, "functional engine  3200/10000  32 %  ETA 0:07", rewritten in place; where standard
/// error is no terminal, lines at LogPace. Nothing appears in the first two seconds, or when quiet.
class Progress {
 public:
  explicit Progress(bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// Starts a new piece of work; its line replaces the former.
  void begin(std::string what);
  /// `done` of `total`, for EngineOptions::progress. Calls may come from any thread, one at a time.
  void update(int done, int total);
  /// Takes the line away, before other output.
  void clear();
  /// update() as a callback; empty when nothing would be shown.
  std::function<void(int, int)> callback();

 private:
  using Clock = std::chrono::steady_clock;
  bool enabled_;
  bool rewrites_;  ///< standard error is a terminal
  bool shown_ = false;
  LogPace pace_;
  Forecast forecast_;
  std::string what_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

/// "0:07", "12:30", "1:02:03".
std::string format_seconds(double seconds);

}  // namespace nvcim::cli
