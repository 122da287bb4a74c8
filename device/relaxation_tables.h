// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace nvcim::device {

/// Changes of conductance by state and score. Between points, states and scores they are linear; a score says where in
/// the distribution of its state a cell is.
struct RelaxationTable {
  static constexpr int kScores = 19;  ///< scores -9, -8 … 9
  static constexpr int kHighestScore = 9;

  std::span<const double> points;        ///< log10 of seconds, or degrees Celsius; rising
  std::span<const double> states;        ///< uS, rising
  std::span<const std::int16_t> change;  ///< [points][states][kScores] 0.01 uS
};

/// What is embedded of one technology. Scores come from two populations of cells: at point i the sum over j <= i of
/// row i of a triangle times the cell's j-th N(0, 1) draw.
struct RelaxationTables {
  RelaxationTable room;                   ///< 25 C, points in time; empty: not measured
  RelaxationTable bake;                   ///< after 1.2 to 2 h, points in temperature; empty: not measured
  double active_share;                    ///< cells of the active population, which keep more of what they moved
  std::span<const double> active, quiet;  ///< [points of room, or 1] squared
  int bake_row;                           ///< the triangles' row for bakes
};

/// Made by scripts/fit_relaxation.py from the measured cells (A. Levy et al., public data of their relaxation model).
RelaxationTables relaxation_technology_a();
RelaxationTables relaxation_technology_b();
RelaxationTables relaxation_technology_c();

}  // namespace nvcim::device
