// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "sim/kernel/calendar.h"

/// The discipline of the cycle model: one SystemC time step is one cycle, a module acts at most once per cycle, and
/// whatever it tells another module is visible there in a later cycle only. So no result depends on the order in which
/// SystemC runs the processes of a cycle; several things that reach one module in the same cycle are taken in the order
/// of their senders' numbers.
namespace nvcim::sim {

/// A module that asks to be woken: one SC_METHOD, one activation per cycle at most.
class Clocked : public sc_core::sc_module {
 public:
  using SC_CURRENT_USER_MODULE = Clocked;
  /// @param calendar   must outlive the module
  /// @param unit_name  in reports; empty: the module's name with those of the modules around it, "tile3.pooling"
  Clocked(const sc_core::sc_module_name& name, Calendar& calendar, std::string unit_name = {});
  ~Clocked() override;

  /// Any module may wake any other in a later cycle; several wishes for one cycle are one activation.
  void wake_at(Cycle cycle) { calendar_.schedule(cycle, *this); }
  /// The calendar's: acts in the next delta cycle.
  void notify() { wake_.notify(sc_core::SC_ZERO_TIME); }

  const std::string& unit_name() const { return unit_name_; }
  /// From now on acts in a pseudo-random delta cycle of each cycle: for the test that the order does not matter.
  void shuffle(std::uint32_t seed) { shuffle_ = seed | 1u; }
  std::uint64_t activations() const { return activations_; }
  /// One sentence per thing this module waits for, for the watchdog.
  virtual void describe_blockers(std::vector<std::string>& sentences) const = 0;

  static Cycle now() { return sc_core::sc_time_stamp().value(); }

 protected:
  virtual void act(Cycle now) = 0;

 private:
  void activate();

  std::string unit_name_;
  Calendar& calendar_;
  sc_core::sc_event wake_;
  sc_core::sc_process_handle process_;
  std::uint32_t shuffle_ = 0;
  std::uint64_t activations_ = 0;
};

/// Modules of one kind, destroyed from the last to the first: SystemC looks for a process that goes from the youngest
/// on, which would take the square of their number the other way round.
template <class T>
struct Modules : std::vector<std::unique_ptr<T>> {
  Modules() = default;
  Modules(Modules&&) noexcept = default;
  Modules& operator=(Modules&&) = delete;
  ~Modules() {
    while (!this->empty()) this->pop_back();
  }
};

}  // namespace nvcim::sim
