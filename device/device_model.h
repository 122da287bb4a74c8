// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "arch/cross_checks.h"
#include "arch/parameters.h"

/// What `/device/model` says about one cell. The measured laws are spreads left by the source's own write-verify: a
/// single write with one of them stands for that whole procedure, and a simulated write-verify on top of it would
/// verify twice.
namespace nvcim::device {

/// One row of the table of device models.
struct DeviceLaw {
  DeviceModel model;
  std::string_view source;  ///< paper, figure, and where the fit comes from
  std::string_view form;    ///< fitted form
  /// Targets that were measured, in siemens; lowest = 0 and highest = infinity where nothing was measured.
  double (*lowest)(const DeviceParameters&);
  double (*highest)(const DeviceParameters&);
  /// Standard deviation in siemens around the target, right after programming; `target` in siemens. sigma_scale is not
  /// in it.
  double (*sigma)(const DeviceParameters&, double target);
  bool drifts;          ///< has a law for /device/drift "model"
  bool has_read_noise;  ///< has a law for /device/read_noise_model "model"
  /// The spread was measured after the source's own write-verify. Where write-verify is simulated it stands for that of
  /// an unverified pulse, and flatters it; reports say so.
  bool after_write_verify() const;
};

/// The row of a model; every model of the enumeration has one.
const DeviceLaw& device_law(DeviceModel model);

/// Distribution of a programmed conductance, normal, in siemens.
struct Programmed {
  double mean;
  double sigma;
};

/// What one write leaves of a target conductance in siemens: unverified for ideal, gaussian, fefet and measured, after
/// the source's write-verify for the others. Includes sigma_scale. The mean is the target for every model.
Programmed programmed_conductance(const DeviceParameters& parameters, double target);

/// What arch/cross_checks.h cannot know: g_min…g_max inside what the model, its drift law and the relaxation were
/// measured on, ages and temperatures too, laws that exist, a readable /device/table when it is used. All faults at
/// once.
std::vector<Contradiction> check_device(const Architecture& architecture);

}  // namespace nvcim::device
