// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/studies/options/age_options.h"
#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"

namespace nvcim::sim {

/// What is asked of a run.
struct RunOptions : CommonOptions {
  static constexpr int kCycleSamples = 4;

  std::optional<Duplication> duplicate;
  std::string architecture;  ///< not given: the chip's, or kDefaultPreset
  std::string workload;      ///< not given: the chip's, or kDefaultWorkload
  std::string perturbation;  ///< not given: deviations are drawn
  std::string chip;          ///< not given: one is programmed
  AgeOptions later;
  std::string data;  ///< not given: the network's own
  QuantiseOptions quantise;
  std::optional<int> samples;  ///< not given: all
  Engines engine = Engines::both;
  std::optional<int> cycle_samples;  ///< see wanted_cycle_samples()
  std::uint32_t instance = 0;
  bool time_multiplex = false;
  std::optional<int> batch;  ///< not given: the samples that run
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.seed_moot_with = &chip});
    v.text("ARCH", architecture, kArchitectureKind,
           "Architecture: a preset's name (nvcim presets) or a JSON file; the chip's with --chip",
           {.decides = Decides::input, .shown_default = kDefaultPreset.data()});
    describe_duplicate(v, duplicate);
    v.text("--workload", workload, kNetworkKind, "Network: a built-in name or an ONNX file; the chip's with --chip",
           {.decides = Decides::input, .shown_default = kDefaultWorkload});
    v.text("--perturbation", perturbation, kFile,
           "Deviations of the cells from their targets (nvcim worst-case), checked against their bound; nothing else "
           "moves the cells",
           {.decides = Decides::input});
    v.text("--chip", chip, kFile, "Chip that nvcim program saved; else one is programmed", {.decides = Decides::input});
    v.include(later);
    v.text("--data", data, kDataOrNoneKind,
           "Data: fashion_mnist, mnist, cifar10 or a folder; the network's own when not given. none: one random image, "
           "and latency, energy and area alone",
           {.decides = Decides::input});
    v.include(quantise);
    v.whole("--samples", samples, kCount, "Samples from the start of the test set; all when not given",
            {.decides = Decides::input});
    v.choice("--engine", engine,
             "functional: batched, all samples, no times; systemc: cycle by cycle, the first samples; both: the two, "
             "compared bit for bit on those samples",
             {.value = "ENGINE"});
    v.whole("--cycle-samples", cycle_samples, kCount, "Samples of the cycle model [4]");
    v.whole("--instance", instance, {}, "Which sampled chip", {.moot_with = &chip});
    v.flag("--time-multiplex", time_multiplex,
           "Run in rounds that each fit the chip, which is programmed for every one");
    v.whole("--batch", batch, kCount, "Samples between two programmings; all that run when not given");
    describe_force(v, force);
  }

  bool functional() const { return engine != Engines::systemc; }
  bool systemc() const { return engine != Engines::functional; }
  bool stands_in() const { return data == kNoData; }
  int wanted_cycle_samples() const {
    if (cycle_samples) return *cycle_samples;
    return engine == Engines::systemc && samples ? *samples : kCycleSamples;
  }
  bool operator==(const RunOptions&) const = default;
};

}  // namespace nvcim::sim
