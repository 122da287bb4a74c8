// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "arch/cross_checks.h"
#include "arch/parameters.h"

namespace nvcim::device {

struct RelaxationTable;

/// Relaxation: how far cells move after programming, by their state and the time, drawn per cell, writing and instance
/// (Purpose::relaxation). Measured RRAM of three technologies (16,000 cells each; the tables of b and c are made from
/// the half of them that is public, scripts/fit_relaxation.py).
///   state        low states rise, middle ones fall and spread most; no cell moves below zero. In b and c every state
///                has the measured cells' mean, spread and tails (2 to 3 % beyond three sigma over all of them)
///   time         technology_b 10 ms to 1e4 s, technology_c 10 ms to 1e5 s, both at 25 C; linear in log time between
///                measurements
///   one cell     has one path over time. Its changes at two times correlate as measured (technology_c, 1 s and 1e5 s:
///                0.36): a part of the cells moves far and stays there, the others mostly fluctuate
///   temperature  technology_a and b after bakes of 1.2 to 2 h at 100 to 260 C, linear between the five temperatures
/// Of the bakes only mean and spread over all states were published, and for a the share beyond three sigma. Assumed:
/// the means go in proportion to the conductance; b has the shapes of 1000 s at 25 C by state, widened; a spreads all
/// states alike, evenly filled up to 240 uS.
class RelaxationLaw {
 public:
  RelaxationLaw() = default;  ///< nothing moves
  /// At /device/age and /device/temperature, which must have passed check_relaxation. Nothing moves at age 0 or without
  /// relaxation.
  explicit RelaxationLaw(const DeviceParameters& parameters);

  bool moves() const { return !states_.empty(); }
  /// N(0, 1) draws of a cell that its score takes: at a later age more, the first ones the same.
  int draws() const { return draws_; }
  /// Where in its state's distribution a cell is at this age. The same draws at another age give the same cell's path.
  /// @param uniform  the cell's draw in (0, 1): its population   @param normals  [draws()] the cell's N(0, 1) draws
  double score(double uniform, std::span<const double> normals) const;
  /// Where a cell is after relaxing, in siemens, not below 0.
  double relaxed(double conductance, double score) const;

 private:
  void set_heavy_tailed(const RelaxationTable& table, double point);
  void set_gaussian();

  static constexpr int kMostDraws = 8;
  int draws_ = 0;
  bool gaussian_ = false;
  double active_share_ = 0;
  std::array<double, kMostDraws> active_{}, quiet_{};  ///< [draws_]
  std::vector<double> states_;                         ///< uS, rising from 0
  std::vector<double> change_;                         ///< [states][RelaxationTable::kScores] uS
  std::vector<double> location_, spread_;              ///< [states] uS, of the normal that stops at zero
};

/// 0 C in kelvin.
inline constexpr double kZeroCelsius = 273.15;

/// Whether a temperature counts as the 25 C of the measurements: a quarter of a degree lets "25 C" and "298 K" mean the
/// same.
bool is_room_temperature(Temperature temperature);

/// The device /write_controller/reverify_wait after a writing. The wait is at 25 C: /device/temperature is that between
/// programming and reading.
DeviceParameters after_reverify_wait(const Architecture& architecture);

/// Ages, temperatures and conductances that were not measured, a model whose spread already holds the first relaxation.
std::vector<Contradiction> check_relaxation(const DeviceParameters& parameters);

}  // namespace nvcim::device
