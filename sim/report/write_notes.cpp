// SPDX-License-Identifier: Apache-2.0
#include "sim/report/write_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "device/level_spread.h"

namespace nvcim::sim {
namespace {

std::string share_text(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string verify_step_text(const device::WriteRules& rules) {
  const device::VerifyReach reach = device::verify_reach(rules);
  if (reach.step == 0) return "";
  const auto levels = rules.redraw_sigma.size();
  std::string text = fmt::format("a verify read resolves {} of g_max - g_min", share_text(reach.step));
  if (reach.closed.size() < levels)
    text += fmt::format(": an accepted cell may be up to {} from its target, tolerance {}", share_text(reach.farthest),
                        share_text(reach.tolerance));
  if (!reach.closed.empty())
    text += fmt::format(
        "; with tolerance {} no code accepts a cell of level{} {} (of 0 to {}): raise "
        "/write_controller/tolerance or /adc/bits",
        share_text(reach.tolerance), reach.closed.size() == 1 ? "" : "s", fmt::join(reach.closed, ", "), levels - 1);
  return text;
}

std::string measured_windows_text(const device::WriteRules& rules) {
  const double span = rules.range.span;
  std::vector<std::string> parts;
  for (std::size_t level = 0; level < rules.measured.size(); ++level) {
    const device::MeasuredLevel& measured = rules.measured[level];
    const bool low = std::isfinite(measured.below), high = std::isfinite(measured.above);
    std::string window = "any";
    if (low && high)
      window = fmt::format("within {}", share_text(measured.above / span));
    else if (high)
      window = fmt::format("up to +{}", share_text(measured.above / span));
    else if (low)
      window =
          measured.below == 0 ? "from its target up" : fmt::format("from -{} up", share_text(measured.below / span));
    parts.push_back(fmt::format("level {} {}", level, window));
  }
  return joined(parts) + " of g_max - g_min";
}

std::string measured_failures_text(const device::WriteRules& rules) {
  std::vector<std::string> shares, unsaid, said;
  for (std::size_t level = 0; level < rules.measured.size(); ++level) {
    const int at = rules.measured[level].table_level;
    const double share = rules.table->share_failed(at);
    if (share == 0) continue;
    shares.push_back(fmt::format("{} of {}level {}", share_text(share), shares.empty() ? "the cells of " : "", level));
    if (const auto mean = rules.table->mean_failed(at))
      said.push_back(fmt::format("level {} {}{}", level, *mean >= 0 ? "+" : "", share_text(*mean)));
    else
      unsaid.push_back(fmt::format("{}", level));
  }
  if (shares.empty()) return "";
  std::string text = joined(shares) + " miss their window";
  if (!unsaid.empty())
    text += fmt::format("; those of level{} {} stand where one unverified write that misses it would leave them",
                        unsaid.size() == 1 ? "" : "s", joined(unsaid));
  if (!said.empty())
    text += fmt::format("; where the table's cells ended, on average off their target: {}", joined(said));
  return text;
}

std::vector<Fact> measured_facts(const Architecture& architecture, const device::WriteRules& rules) {
  if (rules.process != WriteProcess::measured) return {};
  std::vector<Fact> facts = {
      {"write.table", architecture.device.table, "measured write-verify: pulses, success and end of every cell"},
      {"write.window", measured_windows_text(rules),
       "a cell is accepted in its level's window, as a share of the table's range"}};
  if (std::string failures = measured_failures_text(rules); !failures.empty())
    facts.push_back({"write.failures", std::move(failures), "what write-verify of these cells cannot reach"});
  return facts;
}

std::string programming_spread_text(const DeviceParameters& device, int max_level) {
  const device::LevelSpread spread = device::programming_spread(device, max_level);
  if (device.model.row().reads("sigma") && device.sigma_slope == 0 && spread.minimum == spread.maximum)
    return fmt::format("sigma {} x {}", device.sigma, device.sigma_scale);
  if (spread.minimum == spread.maximum) return fmt::format("sigma {:.4g} of the range", spread.mean);
  return fmt::format("sigma {:.4g} to {:.4g} (mean {:.4g}) of the range", spread.minimum, spread.maximum, spread.mean);
}

}  // namespace nvcim::sim
