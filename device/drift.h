// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "arch/parameters.h"

namespace nvcim::device {

/// The drift law of `/device/model`: where a cell is after /device/age.
///   pcm_joshi_2020        G (t / t0)^-nu, nu by cell: one draw, as the source describes a cell by its exponent
///   reram_cmo             mean and spread linear in ln t
///   rram_wan_nature_2022  the spread grows from its 1 s law to that of the age (in variance)
///   sonos                 the same, from its law at programming
/// Of the last three only the spread at each time was published. What it grows by in a decade of time (rram_wan, cmo)
/// or a day (sonos) is a draw of its own, independent of the cell's earlier ones: a cell has one path, whatever ages
/// are looked at, and its changes at two times correlate as the smaller spread over the larger. (Of RRAM whose
/// single cells were followed, technology_c of device/relaxation.h, that would be 0.49 between 4 s and 1e5 s, counted
/// from 1 s; measured 0.25. One draw for all times would make it 1.)
/// Times count from the moment at which the spread of programming was measured (seconds_since_programming); age 0
/// changes nothing except for reram_cmo, whose law starts at 1 s.
class DriftLaw {
 public:
  /// At /device/age. `parameters` must outlive it.
  explicit DriftLaw(const DeviceParameters& parameters);

  /// N(0, 1) draws of a cell that its drift takes (Purpose::drift): at a later age more, the first ones the same. 0
  /// when /device/drift is none.
  int draws() const { return draws_; }
  /// @param target, programmed  siemens   @param normals  [draws()] the cell's
  /// @return siemens, not below 0; `programmed` when /device/drift is none
  double drifted(double target, double programmed, std::span<const double> normals) const;

 private:
  double grown(double target, std::span<const double> normals) const;

  const DeviceParameters& parameters_;
  int draws_ = 0;
  std::vector<double> times_;  ///< seconds since programming up to which the spread has grown with each draw
};

/// /device/age plus the time at which the model's spread was measured: 20 s for pcm_joshi_2020 (aihwkit's fit), 1 s for
/// rram_wan_nature_2022 and reram_cmo, 0 for the others.
double seconds_since_programming(const DeviceParameters& parameters);

}  // namespace nvcim::device
