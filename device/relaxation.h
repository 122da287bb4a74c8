// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/cross_checks.h"
#include "arch/parameters.h"

namespace nvcim::device {

/// Relaxation: how far cells move after programming, drawn once per cell and instance (Purpose::relaxation). Measured
/// RRAM (three technologies, 16,000 cells each): the spread grows with the logarithm of time, 2 to 3 % of the cells lie
/// beyond three sigma, and the excess kurtosis falls from about 30 to 4 as the bulk catches up. The heavy-tailed shape
/// is two normal populations around one mean, with the measured variance, kurtosis and share beyond three sigma at
/// every time; the other option is normal with the same mean and variance.
///   time         technology_b 10 ms to 1e4 s, technology_c 10 ms to 1e5 s; linear in log time between measurements
///   temperature  technology_a and b after bakes of 1.2 to 2 h at 100 to 260 C. Of b the ratio to 25 C at that time is
///                taken to hold at every time, and to rise linearly from 25 to 100 C; c was measured at 25 C only
///   state        technology_c: sigma by conductance, measured at 1 s and 1e5 s
/// Not measured, and assumed: the mean of c before 1e5 s rises with log time from 10 ms; the tail share of c after 10
/// ms is 2.1 to 2.4 %; the kurtosis of a is 5 (0.5 at 260 C).
struct RelaxationLaw {
  double mean = 0;        ///< siemens
  double sigma = 0;       ///< siemens, of the whole distribution, before the state's factor
  double tail_share = 0;  ///< share of cells in the wide population
  double tail_ratio = 1;  ///< its sigma, in units of `sigma`
  double core_ratio = 1;  ///< the others'
};

/// The law at /device/age and /device/temperature, which must have passed check_relaxation; all zero at age 0 or
/// without relaxation.
RelaxationLaw relaxation_law(const DeviceParameters& parameters);

/// Factor on sigma for a cell of this conductance in siemens; its root mean square over conductances spread evenly up
/// to the technology's largest is 1.
double relaxation_state_factor(const DeviceParameters& parameters, double conductance);

/// Where a cell is after relaxing, in siemens, not below 0.
/// @param uniform  the cell's draw in (0, 1): which population   @param normal  its N(0, 1) draw
double relaxed(const DeviceParameters& parameters, const RelaxationLaw& law, double programmed, double uniform,
               double normal);

/// Ages, temperatures and conductances that were not measured.
std::vector<Contradiction> check_relaxation(const DeviceParameters& parameters);

}  // namespace nvcim::device
