// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "arch/parameters.h"

/// What `/device/model` says about one cell. A model is one file of this folder, which defines the law of its name, and
/// one row of arch/device_models.h.
namespace nvcim::device {

/// How a model's cells move while they wait; asked for by /device/drift "model". Times are seconds since programming,
/// which is DeviceLaw::measured_after at age 0.
struct ModelDrift {
  double longest_age = std::numeric_limits<double>::infinity();  ///< that was measured, s
  /// Ends of the stretches of time until `seconds` that have a N(0, 1) draw of the cell each, rising; none: no cell has
  /// moved.
  std::vector<double> (*stretches)(const DeviceParameters&, double seconds) = nullptr;
  /// Where a cell is at the last of `stretches`. @param target, programmed  siemens   @param normals  a draw for each
  /// stretch   @return siemens; may be below 0
  double (*moved)(const DeviceParameters&, double target, double programmed, std::span<const double> stretches,
                  std::span<const double> normals) = nullptr;

  explicit operator bool() const { return moved != nullptr; }
};

/// A device model. The measured laws are spreads left by the source's own write-verify: a single write with one of them
/// stands for that whole procedure, and a simulated write-verify on top of it would verify twice.
struct DeviceLaw {
  std::string_view source;  ///< paper, figure, and where the fit comes from
  std::string_view form;    ///< fitted form
  /// Targets that were measured, in siemens; lowest = 0 and highest = infinity where nothing was measured.
  double (*lowest)(const DeviceParameters&);
  double (*highest)(const DeviceParameters&);
  /// Standard deviation in siemens of cells that were programmed to `target` (siemens), `seconds` after programming; a
  /// law that knows one moment alone ignores the time. sigma_scale is not in it.
  double (*sigma)(const DeviceParameters&, double target, double seconds);
  /// Of an abstract model, which is defined on the level 0…1: the spread in units of g_max - g_min, sigma_scale
  /// included. None: the model is defined in siemens.
  double (*level_sigma)(const DeviceParameters&, double level_fraction);
  bool exact;  ///< every cell holds its target, however it is written
  /// The spread was measured after the source's own write-verify. Where write-verify is simulated it stands for that of
  /// an unverified pulse, and flatters it; reports say so.
  bool after_write_verify;
  /// Seconds after programming at which the spread was measured; 0: right after.
  double (*measured_after)(const DeviceParameters&);
  ModelDrift drift;
  /// Read noise for /device/read_noise_model "model": standard deviation of one read in siemens of a cell at
  /// `conductance` siemens, `seconds` after programming. None: the source has none.
  double (*read_sigma)(const DeviceParameters&, double conductance, double seconds);
};

namespace models {
#define NVCIM_DECLARE(name, doc, parameters) extern const DeviceLaw name;
NVCIM_DEVICE_MODELS(NVCIM_DECLARE)
#undef NVCIM_DECLARE
}  // namespace models

/// The law of a model.
const DeviceLaw& device_law(DeviceModel model);

/// Distribution of a programmed conductance, normal, in siemens.
struct Programmed {
  double mean;
  double sigma;
};

/// What one write leaves of a target conductance in siemens: unverified for the abstract models, after the source's
/// write-verify for the others. Includes sigma_scale. The mean is the target for every model.
Programmed programmed_conductance(const DeviceParameters& parameters, double target);

/// Standard deviation of one write by /device/model, in units of g_max - g_min, sigma_scale included; 0 for `ideal`.
/// @param level_fraction  target level / highest level, 0…1
double programming_sigma(const DeviceParameters& parameters, double level_fraction);

/// /device/age plus DeviceLaw::measured_after.
double seconds_since_programming(const DeviceParameters& parameters);

}  // namespace nvcim::device
