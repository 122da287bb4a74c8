// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nvcim {

/// Everything countable in inference and programming whose energy does not depend on its value (contract C5). Modules
/// and kernels count; the report multiplies by the energy table once. Both engines produce the same numbers.
enum class Event : std::size_t {
  row_drive,            ///< one word line driven with a non-zero digit for one phase
  cell_conduction,      ///< digit^2 x conductance code (pedestal included) summed over driven cells: energy of V^2 G t
  crossbar_read,        ///< one phase of one block
  sample_hold,          ///< one column sampled, one phase
  adc_conversion,       ///< one column converted, one phase
  shift_add,            ///< one code added into its column's register
  accumulate,           ///< one partial sum added to another block's
  activation,           ///< one output scaled, rounded and activated
  pooling,              ///< one comparison or addition of pooling
  input_buffer_write,   ///< bits
  input_buffer_read,    ///< bits
  output_buffer_write,  ///< bits
  output_buffer_read,   ///< bits
  router_flit,          ///< one flit through one router
  link_flit,            ///< one flit over one link between routers
  global_buffer_write,  ///< bits
  global_buffer_read,   ///< bits
  external_read,        ///< bits
  external_write,       ///< bits
  write_driver,         ///< one column driven for one programming pulse
};
inline constexpr std::size_t kEvents = static_cast<std::size_t>(Event::write_driver) + 1;

/// Name in the file ("/energy/adc_conversion"), the component its energy is reported under, and what one count is.
struct EventInfo {
  Event event;
  std::string_view name;
  std::string_view component;
  std::string_view doc;
};
inline constexpr std::array<EventInfo, kEvents> kEventInfo = {{
    {Event::row_drive, "row_drive", "dac", "one word line driven with a non-zero digit for one phase"},
    {Event::cell_conduction, "cell_conduction", "crossbar",
     "one step of the conductance grid conducting for one phase at one input step"},
    {Event::crossbar_read, "crossbar_read", "crossbar", "one phase of one block"},
    {Event::sample_hold, "sample_hold", "sample_hold", "one column sampled for one phase"},
    {Event::adc_conversion, "adc_conversion", "adc", "one column converted for one phase"},
    {Event::shift_add, "shift_add", "shift_add", "one code shifted and added"},
    {Event::accumulate, "accumulate", "accumulation", "one partial sum added"},
    {Event::activation, "activation", "activation", "one output scaled, rounded and activated"},
    {Event::pooling, "pooling", "pooling", "one comparison or addition"},
    {Event::input_buffer_write, "input_buffer_write", "buffer", "one bit"},
    {Event::input_buffer_read, "input_buffer_read", "buffer", "one bit"},
    {Event::output_buffer_write, "output_buffer_write", "buffer", "one bit"},
    {Event::output_buffer_read, "output_buffer_read", "buffer", "one bit"},
    {Event::router_flit, "router_flit", "interconnect", "one flit through one router"},
    {Event::link_flit, "link_flit", "interconnect", "one flit over one link"},
    {Event::global_buffer_write, "global_buffer_write", "global_buffer", "one bit"},
    {Event::global_buffer_read, "global_buffer_read", "global_buffer", "one bit"},
    {Event::external_read, "external_read", "external_memory", "one bit"},
    {Event::external_write, "external_write", "external_memory", "one bit"},
    {Event::write_driver, "write_driver", "write_controller", "one column driven for one programming pulse"},
}};

/// Event counts by node of the network: row 0 is the delivery of the input image and the collection of the result,
/// row n + 1 is node n.
class EventCounts {
 public:
  explicit EventCounts(std::size_t nodes = 0) : by_node_(nodes + 1) {}

  void add(std::size_t row, Event event, std::uint64_t count) {
    by_node_[row][static_cast<std::size_t>(event)] += count;
  }
  std::uint64_t of(std::size_t row, Event event) const { return by_node_[row][static_cast<std::size_t>(event)]; }
  std::uint64_t total(Event event) const {
    std::uint64_t sum = 0;
    for (const auto& row : by_node_) sum += row[static_cast<std::size_t>(event)];
    return sum;
  }
  std::size_t rows() const { return by_node_.size(); }
  EventCounts& operator+=(const EventCounts& other) {
    if (by_node_.size() < other.by_node_.size()) by_node_.resize(other.by_node_.size());
    for (std::size_t row = 0; row < other.by_node_.size(); ++row)
      for (std::size_t event = 0; event < kEvents; ++event) by_node_[row][event] += other.by_node_[row][event];
    return *this;
  }
  bool operator==(const EventCounts&) const = default;

 private:
  std::vector<std::array<std::uint64_t, kEvents>> by_node_;
};

}  // namespace nvcim
