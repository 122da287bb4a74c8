// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "arch/events.h"

namespace nvcim {

/// Parts of the chip that have an area and a power, keys of /area, /static_power and /peak_power (each per one unit):
/// ROW(name, what one unit is, LINE). LINE is NO_LINE, or LINE_PER(event, what one count is) for a component that
/// spends energy on the counts of an event that is another component's (arch/events.h). What a component costs is in
/// arch/cost/components/NAME.cpp; a row without it does not link.
#define NVCIM_COMPONENTS(ROW, NO_LINE, LINE_PER)                                                     \
  ROW(dac, "driver and DAC of one word line", NO_LINE)                                               \
  ROW(crossbar, "one crossbar", NO_LINE)                                                             \
  ROW(sample_hold, "sample-and-hold of one column", NO_LINE)                                         \
  ROW(adc, "one analog-to-digital converter", NO_LINE)                                               \
  ROW(shift_add, "one shift-and-add unit of a group of crossbars", NO_LINE)                          \
  ROW(input_register, "input register of a group of crossbars",                                      \
      LINE_PER(crossbar_read, "one phase of one block: its row digits read"))                        \
  ROW(output_register, "output register of a group of crossbars",                                    \
      LINE_PER(shift_add, "one code shifted and added: its register clocked"))                       \
  ROW(accumulation, "one adder of a tile", NO_LINE)                                                  \
  ROW(activation, "one activation unit of a tile", NO_LINE)                                          \
  ROW(pooling, "one pooling unit of a tile", NO_LINE)                                                \
  ROW(buffer, "input and output buffers of one tile", NO_LINE)                                       \
  ROW(tile_output_register, "output register of one tile", LINE_PER(output_buffer_write, "one bit")) \
  ROW(bus, "bus between a tile's buffers and crossbars",                                             \
      LINE_PER(input_buffer_read, "one bit from a tile's buffer to its crossbars"))                  \
  ROW(write_controller, "write controller of one tile", NO_LINE)                                     \
  ROW(interconnect, "one router with its links", NO_LINE)                                            \
  ROW(global_buffer, "the chip's global buffer", NO_LINE)                                            \
  ROW(external_memory, "the external memory port", NO_LINE)                                          \
  ROW(chip_link, "one link between chips", NO_LINE)

struct ComponentInfo {
  struct Line {
    Event event;
    std::string_view per;  ///< what one count is
  };
  std::string_view name;
  std::string_view unit;     ///< what one of them is
  std::optional<Line> line;  ///< of the energy table, under the component's own name
};
#define NVCIM_NO_LINE \
  {}
#define NVCIM_LINE_PER(event, per) \
  ComponentInfo::Line {            \
    Event::event, per              \
  }
#define NVCIM_ROW(name, unit, line) ComponentInfo{#name, unit, line},
inline constexpr std::array kComponents = {NVCIM_COMPONENTS(NVCIM_ROW, NVCIM_NO_LINE, NVCIM_LINE_PER)};
#undef NVCIM_NO_LINE
#undef NVCIM_LINE_PER
#undef NVCIM_ROW

}  // namespace nvcim
