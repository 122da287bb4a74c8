// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "arch/named_choice.h"
#include "arch/own_parameters.h"

namespace nvcim {

/// The device models: ROW(name, what it is, its own parameters). A parameter of /device that stands with some of the
/// models means nothing to the others, and giving it there is refused. What a model does is in device/models/NAME.cpp,
/// which defines the law of that name; a row without it does not link.
#define NVCIM_DEVICE_MODELS(ROW)                                                                                       \
  ROW(ideal, "every cell holds its target", "")                                                                        \
  ROW(gaussian, "programming variation N(0, sigma^2), sigma of the conductance range",                                 \
      "sigma sigma_slope sigma_scale")                                                                                 \
  ROW(rram_milo_irps_2021, "HfO2 RRAM after the IGVVA-100 write-verify, 50 to 225 uS (Milo et al., IRPS 2021)",        \
      "sigma_scale")                                                                                                   \
  ROW(rram_wan_nature_2022,                                                                                            \
      "RRAM of NeuRRAM after its write-verify, 1 s to 2 days, 0 to 40 uS (Wan et al., Nature 2022)", "sigma_scale")    \
  ROW(pcm_joshi_2020,                                                                                                  \
      "phase-change memory after its write-verify, drift and 1/f noise, 0 to 25 uS (Joshi et al., Nat. Commun. "       \
      "2020)",                                                                                                         \
      "sigma_scale pcm_fit")                                                                                           \
  ROW(reram_cmo, "conductive-metal-oxide/HfOx ReRAM after its write-verify, 8 to 90 uS", "sigma_scale cmo_acceptance") \
  ROW(sonos, "40 nm SONOS charge trap after its programming, 0 to 16 uS (Agrawal et al., IEDM 2022)", "sigma_scale")   \
  ROW(fefet, "like gaussian, but levels between a quarter and three quarters spread mid_level_factor times as much",   \
      "sigma sigma_slope sigma_scale mid_level_factor")                                                                \
  ROW(measured,                                                                                                        \
      "like gaussian when written without verify; pulses and success of write-verify drawn from /device/table",        \
      "sigma sigma_slope sigma_scale table")

struct DeviceModels {
  struct Row {
    const char* name;
    const char* doc;
    std::string_view parameters;  ///< keys of /device, one blank between

    /// Whether `key` of /device is one of them.
    bool reads(std::string_view key) const { return reads_parameter(parameters, key); }
  };
#define NVCIM_ROW(name, doc, parameters) {#name, doc, parameters},
  static constexpr Row rows[] = {NVCIM_DEVICE_MODELS(NVCIM_ROW)};
#undef NVCIM_ROW
};
/// Value of /device/model.
using DeviceModel = NamedChoice<DeviceModels>;

}  // namespace nvcim
