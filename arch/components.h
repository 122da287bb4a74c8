// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace nvcim {

/// Parts of the chip that have an area and a power; keys of /area, /static_power and /peak_power (each per one unit).
struct ComponentInfo {
  std::string_view name;
  std::string_view unit;  ///< what one of them is
};
inline constexpr std::array<ComponentInfo, 18> kComponents = {{
    {"dac", "driver and DAC of one word line"},
    {"crossbar", "one crossbar"},
    {"sample_hold", "sample-and-hold of one column"},
    {"adc", "one analog-to-digital converter"},
    {"shift_add", "one shift-and-add unit of a group of crossbars"},
    {"input_register", "input register of a group of crossbars"},
    {"output_register", "output register of a group of crossbars"},
    {"accumulation", "one adder of a tile"},
    {"activation", "one activation unit of a tile"},
    {"pooling", "one pooling unit of a tile"},
    {"buffer", "input and output buffers of one tile"},
    {"tile_output_register", "output register of one tile"},
    {"bus", "bus between a tile's buffers and crossbars"},
    {"write_controller", "write controller of one tile"},
    {"interconnect", "one router with its links"},
    {"global_buffer", "the chip's global buffer"},
    {"external_memory", "the external memory port"},
    {"chip_link", "one link between chips"},
}};

}  // namespace nvcim
