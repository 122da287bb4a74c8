// SPDX-License-Identifier: Apache-2.0
#include "mapping/duplication.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/ceil_div.h"
#include "arch/cost/area_table.h"
#include "arch/input_error.h"
#include "mapping/plan.h"

namespace nvcim::mapping {
namespace {

using workloads::Node;

constexpr int kMostCopies = 1024;  // of /mapping/duplicate

/// What limits how many copies there may be of one layer.
struct Layer {
  std::size_t node = 0;
  std::int64_t work = 0;  ///< conversions one after the other for one sample with one copy
  int most_copies = 1;
};

std::int64_t work_of(const Architecture& architecture, const Node& node) {
  const WeightEncoding encoding = make_encoding(architecture, node.mvm.weight_bits);
  const std::int64_t columns = std::int64_t{1} * node.outputs() * encoding.planes();
  return node.positions() * ceil_div<std::int64_t>(node.input_bits, architecture.dac.bits) *
         std::min<std::int64_t>(columns, architecture.adc.columns_per_adc);
}

/// Tiles whose share of the chip's area stays below the limit.
int tiles_allowed(const Architecture& architecture) {
  const double limit = architecture.mapping.area_limit.value();
  if (limit == 0) return architecture.chip.tiles();
  const double tile = area_table(architecture).area().value() / architecture.chip.tiles();
  return static_cast<int>(std::min(std::floor(limit / tile), static_cast<double>(architecture.chip.tiles())));
}

}  // namespace

std::vector<int> choose_copies(const Architecture& architecture, const workloads::Network& network,
                               const TilesNeeded& tiles_needed) {
  std::vector<int> copies(network.nodes.size(), 1);
  std::vector<Layer> layers;
  for (std::size_t index = 0; index < network.nodes.size(); ++index) {
    const Node& node = network.nodes[index];
    if (!node.is_mvm()) continue;
    const auto given = architecture.mapping.duplicate.find(node.name);
    if (given != architecture.mapping.duplicate.end())
      copies[index] = given->second;
    else
      layers.push_back({index, work_of(architecture, node), std::min(node.positions(), kMostCopies)});
  }
  if (architecture.mapping.duplication == Duplication::given || layers.empty()) return copies;

  const int allowed = tiles_allowed(architecture);
  const int least = tiles_needed(copies);
  if (least > allowed && allowed < architecture.chip.tiles())
    throw InputError(
        architecture.name, "/mapping/area_limit",
        fmt::format("{} are the area of {} tiles; one copy of each layer of {} takes {}",
                    format_si_rounded(architecture.mapping.area_limit.value(), "m^2"), allowed, network.name, least));
  if (least > allowed) return copies;  // told by the caller, with what the chip has

  const std::vector<int> fixed = copies;
  const auto at_pace = [&](std::int64_t pace) {
    std::vector<int> wanted = fixed;
    for (const Layer& layer : layers)
      wanted[layer.node] =
          static_cast<int>(std::min<std::int64_t>(ceil_div<std::int64_t>(layer.work, pace), layer.most_copies));
    return wanted;
  };
  // The fastest pace that fits; with few copies at a slow pace everything does.
  std::int64_t fits = 1, too_fast = 0;
  for (const Layer& layer : layers) {
    fits = std::max(fits, layer.work);
    too_fast = std::max(too_fast, ceil_div<std::int64_t>(layer.work, layer.most_copies) - 1);
  }
  while (fits - too_fast > 1) {
    const std::int64_t pace = too_fast + (fits - too_fast) / 2;
    (tiles_needed(at_pace(pace)) <= allowed ? fits : too_fast) = pace;
  }
  return at_pace(fits);
}

}  // namespace nvcim::mapping
