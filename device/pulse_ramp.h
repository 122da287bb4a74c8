// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// One programming pulse: bit-line (SET) or source-line (RESET) amplitude, word-line voltage, width.
struct Pulse {
  Voltage amplitude;
  Voltage gate;
  Time width;
};

/// The pulses of one polarity in order, as the loop registers of the EMBER controller give them: amplitude, gate and
/// width each run from start to at most stop in steps, the fastest first, a slower one moving when the faster wraps.
/// After the last combination the ramp stays there.
class PulseRamp {
 public:
  explicit PulseRamp(const PulseParameters& parameters);

  int length() const { return length_; }
  /// @param index  0 for the first pulse after the ramp was started; beyond the length: the last
  Pulse at(int index) const;

 private:
  struct Variable {
    double start, step;
    int count;
    int stride;  ///< pulses until it moves
  };
  Variable amplitude_, gate_, width_;
  int length_ = 1;
};

/// Probability that a pulse switches a cell of the `incremental` process: the cell sees
/// min(amplitude, gate - access_drop), and switches when that exceeds a normal threshold, which falls by
/// threshold_per_decade with each tenfold width. A fresh threshold per pulse.
/// @param threshold        /device/set_threshold or reset_threshold   @param reference_width  where it holds
double switching_probability(const DeviceParameters& parameters, Voltage threshold, Time reference_width,
                             const Pulse& pulse);

}  // namespace nvcim::device
