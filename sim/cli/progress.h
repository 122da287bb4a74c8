// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace nvcim::cli {

/// One line on standard error, "functional engine  3200/10000  32 %  ETA 0:07", rewritten in place. Nothing appears in
/// the first two seconds, when standard error is not a terminal, or when quiet.
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
  bool shown_ = false;
  std::string what_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

/// "0:07", "12:30", "1:02:03".
std::string format_seconds(double seconds);

}  // namespace nvcim::cli
