// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

#include <fmt/format.h>

#include <array>

namespace nvcim {
namespace {

#define NVCIM_ENTRY(name, unit, line) &components::name,
constexpr std::array kCosts = {NVCIM_COMPONENTS(NVCIM_ENTRY, , )};
#undef NVCIM_ENTRY

}  // namespace

const Component& component_at(std::size_t index) {
  return *kCosts.at(index);
}

CostFigure area_of_one(double square_metre) {
  return {square_metre, format_si_rounded(square_metre, "m^2"), std::string(kIsaac), kIsaacNode};
}

CostFigure area_of_many(double square_metre_each, int n, std::string_view what) {
  return {square_metre_each * n, fmt::format("{} x {} {}", format_si_rounded(square_metre_each, "m^2"), n, what),
          std::string(kIsaac), kIsaacNode};
}

CostFigure energy_of_one(double joule, std::string_view source) {
  return {joule, format_si_rounded(joule, "J"), std::string(source), kIsaacNode};
}

CostFigure energy_of_bits(double joule_per_bit, int bits, std::string_view source) {
  return {joule_per_bit * bits, fmt::format("{} x {} bits", format_si_rounded(joule_per_bit, "J"), bits),
          std::string(source), kIsaacNode};
}

std::int64_t one_per_chip(const CostInput&) {
  return 1;
}

std::int64_t one_per_tile(const CostInput& in) {
  return in.structure.tiles();
}

double joule(const EnergyTable& table, std::string_view line) {
  return table.entry(line).per_count.value();
}

}  // namespace nvcim
