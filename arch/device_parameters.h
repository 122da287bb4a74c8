// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "arch/choices.h"
#include "arch/device_models.h"
#include "arch/units.h"

/// The sections that say what a cell does and how it is programmed; see arch/parameters.h.
namespace nvcim {

struct WriteControllerParameters {
  int write_drivers = 128;
  Time pulse_width = from_si<Time>(100e-9);
  Voltage pulse_voltage = from_si<Voltage>(2.0);
  Time set_up_time = from_si<Time>(19e-9);
  Time idle_to_read_time = from_si<Time>(19e-9);
  Time read_to_write_time = from_si<Time>(19e-9);
  Time write_to_read_time = from_si<Time>(19e-9);
  Time polarity_switch_time = from_si<Time>(19e-9);
  Time post_read_time = from_si<Time>(19e-9);
  Current charge_pump_current = from_si<Current>(0.0);
  Power peak_power = from_si<Power>(0.0);
  HalfSelect half_select = HalfSelect::none;
  int buffer_rows = 2;
  int reverify_rounds = 0;
  Time reverify_wait = from_si<Time>(1.0);
  WriteProcess process = WriteProcess::incremental;
  double tolerance = 0.06;
  int max_attempts = 200;
  double verified_sigma = 0.03;
  int fixed_set_pulses = 9;
  int fixed_reset_pulses = 1;

  template <class V>
  void describe(V& v) {
    v.integer("write_drivers", write_drivers, 1, 1024, "columns of one row that a crossbar writes at the same time");
    v.quantity("pulse_width", pulse_width, from_si<Time>(1e-9), from_si<Time>(1e-3),
               "the one pulse of an unverified write");
    v.quantity("pulse_voltage", pulse_voltage, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "amplitude of the pulse of an unverified write");
    const auto set_up = [&v](const char* key, Time& time, const char* doc) {
      v.quantity(key, time, from_si<Time>(0.0), from_si<Time>(1e-5), doc);
    };
    set_up("set_up_time", set_up_time, "setting up row and drivers before the first pulses of a row (idle to write)");
    set_up("idle_to_read_time", idle_to_read_time, "before a row's verify read when nothing was done to it yet");
    set_up("read_to_write_time", read_to_write_time, "between a verify read and the next pulses");
    set_up("write_to_read_time", write_to_read_time, "between pulses and the verify read");
    set_up("polarity_switch_time", polarity_switch_time,
           "added before pulses of the other polarity than the row's last ones");
    set_up("post_read_time", post_read_time, "after a verify read: comparing the codes, masking cells that pass");
    v.quantity("charge_pump_current", charge_pump_current, from_si<Current>(0.0), from_si<Current>(10.0),
               "what a tile's charge pump delivers: a pulse takes as many turns as cells at g_max need; 0: no limit");
    v.quantity("peak_power", peak_power, from_si<Power>(0.0), from_si<Power>(1e4),
               "power of all programming pulses on the chip at a time, every cell taken at g_max; tiles wait for their "
               "share; 0: no limit");
    v.choice("half_select", half_select, "what the cells beside the pulsed ones see");
    v.integer("buffer_rows", buffer_rows, 1, 256, "rows of targets that a tile's write controller holds");
    v.integer("reverify_rounds", reverify_rounds, 0, 16,
              "times that all verified rows of a tile are verified again after a wait (redraw and incremental)");
    v.quantity("reverify_wait", reverify_wait, from_si<Time>(0.0), from_si<Time>(1e5),
               "wait before each of those rounds, over which the cells relax at 25 C");
    v.choice("process", process, "what a pulse of write-verify does to a cell");
    v.number("tolerance", tolerance, 0, 1, "of g_max - g_min",
             "a verified cell is accepted when its verify read is within this of its target (times "
             "/device/sigma_scale); the read resolves 2^(1 - /adc/bits) of g_max - g_min, so an accepted cell may be "
             "half a step farther off (redraw and incremental; measured has the windows of its table)");
    v.integer("max_attempts", max_attempts, 1, 3968, "pulses of one cell before it is given up as a failure");
    v.number("verified_sigma", verified_sigma, 0, 1, "of g_max - g_min",
             "residual of a fixed_mean write (times /device/sigma_scale)");
    v.integer("fixed_set_pulses", fixed_set_pulses, 0, 3968, "SET pulses of a fixed_mean write");
    v.integer("fixed_reset_pulses", fixed_reset_pulses, 0, 3968, "RESET pulses of a fixed_mean write");
  }

  bool operator==(const WriteControllerParameters&) const = default;
};

/// The pulses of one polarity: three loop variables that run from start to stop, nested as `order` says; the last
/// combination is held. The ramp starts again when the polarity changes. After the EMBER controller's registers.
struct PulseParameters {
  Voltage amplitude_start = from_si<Voltage>(1.30);
  Voltage amplitude_stop = from_si<Voltage>(2.50);
  Voltage amplitude_step = from_si<Voltage>(0.05);
  Voltage gate_start = from_si<Voltage>(3.0);
  Voltage gate_stop = from_si<Voltage>(3.0);
  Voltage gate_step = from_si<Voltage>(0.1);
  Time width_start = from_si<Time>(100e-9);
  Time width_stop = from_si<Time>(100e-9);
  Time width_step = from_si<Time>(100e-9);
  LoopOrder order = LoopOrder::agw;

  template <class V>
  void describe(V& v) {
    v.quantity("amplitude_start", amplitude_start, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "bit-line (SET) or source-line (RESET) voltage of the first pulse");
    v.quantity("amplitude_stop", amplitude_stop, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "largest amplitude, not below amplitude_start");
    v.quantity("amplitude_step", amplitude_step, from_si<Voltage>(1e-3), from_si<Voltage>(20.0),
               "added at each step of the amplitude loop");
    v.quantity("gate_start", gate_start, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "word-line voltage of the first pulse; the cell sees no more than this less /device/access_drop");
    v.quantity("gate_stop", gate_stop, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "largest word-line voltage, not below gate_start");
    v.quantity("gate_step", gate_step, from_si<Voltage>(1e-3), from_si<Voltage>(20.0),
               "added at each step of the gate loop");
    v.quantity("width_start", width_start, from_si<Time>(1e-9), from_si<Time>(1e-3), "width of the first pulse");
    v.quantity("width_stop", width_stop, from_si<Time>(1e-9), from_si<Time>(1e-3),
               "largest width, not below width_start");
    v.quantity("width_step", width_step, from_si<Time>(1e-9), from_si<Time>(1e-3),
               "added at each step of the width loop");
    v.choice("order", order, "which loop variable moves fastest, next, slowest");
  }

  bool operator==(const PulseParameters&) const = default;
};

struct DeviceParameters {
  DeviceModel model{"gaussian"};
  Conductance g_min = from_si<Conductance>(1e-6);
  Conductance g_max = from_si<Conductance>(40e-6);
  int grid_bits = 10;
  double sigma = 0.1;
  double sigma_slope = 0;
  double sigma_scale = 1;
  ReadNoiseModel read_noise_model = ReadNoiseModel::constant;
  double read_noise = 0;
  double stuck_at_g_min = 0;
  double stuck_at_g_max = 0;
  PcmFit pcm_fit = PcmFit::joshi_aihwkit;
  CmoAcceptance cmo_acceptance = CmoAcceptance::coarse;
  double mid_level_factor = 2;
  std::string table = "sdr_chip1";
  double device_to_device = 0;
  DriftModel drift = DriftModel::none;
  RelaxationModel relaxation = RelaxationModel::none;
  RelaxationShape relaxation_shape = RelaxationShape::heavy_tailed;
  Time age = from_si<Time>(0.0);
  Temperature temperature = from_si<Temperature>(298.15);
  double endurance = 0;
  Voltage set_threshold = from_si<Voltage>(2.0);
  Voltage reset_threshold = from_si<Voltage>(2.0);
  Voltage threshold_sigma = from_si<Voltage>(0.1);
  Voltage threshold_per_decade = from_si<Voltage>(0.2);
  Voltage access_drop = from_si<Voltage>(0.45);
  double pulse_part = 0.8;
  double pulse_sigma = 0.03;

  template <class V>
  void describe(V& v) {
    v.choice("model", model, "programming variation, drawn once per instance");
    v.quantity("g_min", g_min, from_si<Conductance>(0.0), from_si<Conductance>(1e-2),
               "conductance of level 0; its share of the column current is removed by an ideal reference");
    v.quantity("g_max", g_max, from_si<Conductance>(1e-9), from_si<Conductance>(1e-2),
               "conductance of the highest level");
    v.integer("grid_bits", grid_bits, 8, 14,
              "the conductance grid has about 2^grid_bits steps from g_min to g_max (contract C1)");
    v.number("sigma", sigma, 0, 1, "of g_max - g_min", "standard deviation of the programmed conductance at level 0");
    v.number("sigma_slope", sigma_slope, -1, 1, "of g_max - g_min",
             "added to sigma at the highest level, linear in g between");
    v.number("sigma_scale", sigma_scale, 0, 10, "",
             "factor on sigma (kappa of the SWIM papers, 0.57735, in swim_paper)");
    v.choice("read_noise_model", read_noise_model, "how a cell's read noise depends on its conductance");
    v.number("read_noise", read_noise, 0, 1, "relative",
             "standard deviation of one cell's read noise, drawn per read, summed over a column's cells");
    v.number("stuck_at_g_min", stuck_at_g_min, 0, 1, "share of cells",
             "cells that stay at g_min whatever is written, drawn once per instance");
    v.number("stuck_at_g_max", stuck_at_g_max, 0, 1, "share of cells",
             "cells that stay at g_max whatever is written, drawn once per instance");
    v.choice("pcm_fit", pcm_fit, "which fit pcm_joshi_2020 uses");
    v.choice("cmo_acceptance", cmo_acceptance, "acceptance window behind the spread of reram_cmo");
    v.number(
        "mid_level_factor", mid_level_factor, 1, 6, "",
        "spread of fefet's middle levels over that of its outer ones: 1 RRAM1, 2 FeFET2, 4 RRAM4, 6 FeFET6 (TRICE)");
    v.text(
        "table", table,
        "measured write-verify (pulses, success, where cells end): sdr_chip1, ispp_chip2 (Levy et al., TED 2021) or a "
        "CSV file of the same form");
    v.number("device_to_device", device_to_device, 0, 1, "of g_max - g_min",
             "standard deviation of a cell's own offset of every unverified write, drawn once per chip");
    v.choice("drift", drift, "what time does to the mean and spread of the programmed conductances");
    v.choice("relaxation", relaxation, "measured relaxation after programming, over age and temperature");
    v.choice("relaxation_shape", relaxation_shape, "distribution of the relaxation");
    v.quantity("age", age, from_si<Time>(0.0), from_si<Time>(1e9), "time between programming and reading");
    v.quantity("temperature", temperature, from_si<Temperature>(233.15), from_si<Temperature>(573.15),
               "temperature between programming and reading");
    v.number("endurance", endurance, 0, 1e15, "pulses",
             "rated endurance of a cell, for the share used; 0 when not stated");
    v.quantity(
        "set_threshold", set_threshold, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
        "amplitude at which half of the SET pulses of width /set_pulse/width_start switch the cell (incremental)");
    v.quantity("reset_threshold", reset_threshold, from_si<Voltage>(0.1), from_si<Voltage>(20.0), "the same for RESET");
    v.quantity("threshold_sigma", threshold_sigma, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "standard deviation of the threshold, drawn per pulse");
    v.quantity("threshold_per_decade", threshold_per_decade, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "fall of the threshold per decade of pulse width");
    v.quantity("access_drop", access_drop, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "threshold of the access transistor: the cell sees at most gate minus this");
    v.number("pulse_part", pulse_part, 0, 1, "", "part of the error that a switching pulse removes (incremental)");
    v.number("pulse_sigma", pulse_sigma, 0, 1, "of g_max - g_min", "spread of a switching pulse (times sigma_scale)");
  }

  bool operator==(const DeviceParameters&) const = default;
};

}  // namespace nvcim
