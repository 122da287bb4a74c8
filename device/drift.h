// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// The drift law of `/device/model`: where a cell is after /device/age.
///   pcm_joshi_2020        G (t / t0)^-nu, nu by cell
///   reram_cmo             mean and spread linear in ln t
///   rram_wan_nature_2022  the spread grows from its 1 s law to that of the age (in variance), so `normal` adds the
///                         difference
///   sonos                 the same, from its law at programming
/// `normal` is one N(0, 1) draw that the cell keeps, so a chip has one history, whatever ages are looked at. Drawn once
/// per cell and instance (Purpose::drift). Times count from the moment at which the spread of programming was measured
/// (seconds_since_programming); age 0 changes nothing except for reram_cmo, whose law starts at 1 s.
/// @param target, programmed  siemens   @return siemens, not below 0; `programmed` when /device/drift is none
double drifted(const DeviceParameters& parameters, double target, double programmed, double normal);

/// /device/age plus the time at which the model's spread was measured: 20 s for pcm_joshi_2020 (aihwkit's fit), 1 s for
/// rram_wan_nature_2022 and reram_cmo, 0 for the others.
double seconds_since_programming(const DeviceParameters& parameters);

}  // namespace nvcim::device
