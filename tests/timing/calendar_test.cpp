// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/calendar.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "sim/kernel/clocked.h"
#include "sim/kernel/simulation_context.h"

namespace nvcim::sim {
namespace {

/// Wishes for cycles near and far, some of them twice, and keeps what it wished for and when it acted.
class Sleeper : public Clocked {
 public:
  Sleeper(const sc_core::sc_module_name& name, Calendar& calendar, unsigned number)
      : Clocked(name, calendar), dice_(number) {
    wish(number % 3);
  }
  void describe_blockers(std::vector<std::string>&) const override {}

  std::set<Cycle> wished;
  std::vector<Cycle> acted;
  Sleeper* other = nullptr;

  void wish(Cycle cycle) {
    wished.insert(cycle);
    wake_at(cycle);
  }

 private:
  void act(Cycle cycle) override {
    acted.push_back(cycle);
    if (acted.size() > 200) return;
    constexpr Cycle kReaches[] = {1, 2, 63, 64, 65, 1023, 1024, 1025, 5000, 100000};
    const Cycle reach = kReaches[dice_() % std::size(kReaches)];
    wish(cycle + 1 + dice_() % reach);
    if (dice_() % 4 == 0) wish(cycle + reach);
    if (dice_() % 3 == 0) other->wish(cycle + 1 + dice_() % reach);
  }
  std::minstd_rand dice_;
};

TEST(Calendar, EveryoneActsOnceInEachCycleItWishedFor) {
  const SimulationContext kernel;
  Modules<Sleeper> sleepers;
  for (unsigned number = 1; number <= 20; ++number)
    sleepers.push_back(std::make_unique<Sleeper>(fmt::format("sleeper{}", number).c_str(), kernel.calendar(), number));
  for (std::size_t i = 0; i < sleepers.size(); ++i) sleepers[i]->other = sleepers[(i + 1) % sleepers.size()].get();
  sc_core::sc_start();
  for (const auto& sleeper : sleepers)
    EXPECT_EQ(sleeper->acted, std::vector<Cycle>(sleeper->wished.begin(), sleeper->wished.end()));
}

TEST(Calendar, EachSimulationHasItsOwn) {
  // The outer one's modules are not there while the inner one runs, and act in their own cycles afterwards.
  const SimulationContext outer;
  Sleeper first("first", outer.calendar(), 3);
  first.other = &first;
  {
    const SimulationContext inner;
    Sleeper second("second", inner.calendar(), 4);
    second.other = &second;
    sc_core::sc_start();
    EXPECT_FALSE(second.acted.empty());
    EXPECT_TRUE(first.acted.empty());
  }
  sc_core::sc_start();
  EXPECT_EQ(first.acted, std::vector<Cycle>(first.wished.begin(), first.wished.end()));
}

}  // namespace
}  // namespace nvcim::sim
