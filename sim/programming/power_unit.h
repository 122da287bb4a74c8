// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/programming/program_job.h"

namespace nvcim::sim {

/// A tile asks to start pulses.
struct PowerRequest {
  std::uint64_t nanowatts = 0;  ///< of one turn
  std::uint64_t pulses = 0;     ///< of single cells
};

/// A tile's pulses have ended.
struct PowerRelease {
  std::uint64_t nanowatts = 0;
  std::uint64_t attojoules = 0;  ///< spent by the tile since it released last, verify reads and transport included
};

/// Shares the chip's programming power among the tiles and keeps the budget of pulses and energy. Requests are served
/// in the order in which they came, those of one cycle in the order of the tiles; one that does not fit holds up those
/// behind it, so no tile starves. Once the budget refuses a request it refuses all later ones. Knows no time.
class PowerUnit {
 public:
  PowerUnit(Power peak, const ProgramBudget& budget);

  void release(const PowerRelease& release);
  void request(int tile, const PowerRequest& request) { waiting_.push_back({tile, request}); }

  struct Answer {
    int tile = 0;
    bool granted = false;
  };
  /// Serves as many as it can. Call once per cycle, after all messages of the cycle.
  std::vector<Answer> serve();

 private:
  struct Waiting {
    int tile;
    PowerRequest request;
  };
  std::uint64_t limit_;  ///< nanowatts; 0: none
  std::uint64_t pulses_left_, attojoules_left_;
  std::uint64_t active_ = 0;  ///< nanowatts granted and not released
  bool spent_ = false;
  std::deque<Waiting> waiting_;
};

/// In whole nanowatts: sums do not depend on their order.
std::uint64_t nanowatts(Power power);

}  // namespace nvcim::sim
