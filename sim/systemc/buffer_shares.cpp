// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/buffer_shares.h"

#include <fmt/format.h>

#include "arch/input_error.h"
#include "sim/systemc/flow_depth.h"

namespace nvcim::sim {
namespace {

constexpr std::int64_t kBitsPerKibibyte = 8 * 1024;

/// One layer's claim: needed pixels of so many bits.
struct Claim {
  std::string layer;
  std::int64_t* needed = nullptr;
  std::int64_t* capacity = nullptr;
  std::int64_t pixel_bits = 0;
  std::int64_t bits() const { return *needed * pixel_bits; }
};

/// Hands out one buffer; says so when it is too small.
void divide(const MachineConstants& constants, int tile, const char* buffer, const char* pointer,
            std::int64_t kibibytes, const std::vector<Claim>& claims, std::vector<InputIssue>& issues) {
  const std::int64_t capacity = kibibytes * kBitsPerKibibyte;
  std::int64_t needed = 0;
  std::string names;
  for (const Claim& claim : claims) {
    needed += claim.bits();
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", claim.layer, (claim.bits() + 7) / 8);
  }
  if (needed > capacity) {
    issues.push_back({constants.run.architecture.name, pointer,
                      fmt::format("{} KiB hold {} bytes, but the {} buffer of tile {} needs {} bytes ({})", kibibytes,
                                  kibibytes * 1024, buffer, tile, (needed + 7) / 8, names)});
    return;
  }
  for (const Claim& claim : claims)
    *claim.capacity =
        static_cast<std::int64_t>(static_cast<__int128>(claim.bits()) * capacity / needed / claim.pixel_bits);
}

/// The layer; where paths meet, also what waits there.
std::string claim_name(const MachineConstants& constants, const InputShare& share) {
  const StageFacts& stage = constants.stages[share.stage];
  if (share.needed_pixels <= stage.inputs[share.input].window.live) return stage.name();
  const std::vector<mapping::Source>& sources = stage.schedule->inputs[share.input].sources;
  std::string maps;
  for (const mapping::Source& source : sources)
    maps += (maps.empty() ? "" : " and ") + constants.map_name(source.stage);
  return fmt::format("{} with {} pixels of {} that wait for another path", stage.name(), share.needed_pixels, maps);
}

}  // namespace

BufferShares share_buffers(const MachineConstants& constants) {
  BufferShares shares;
  const auto depths = flow_depths(constants.schedule, constants.stages);
  for (const StageFacts& stage : constants.stages) {
    for (int input = 0; input < static_cast<int>(stage.inputs.size()); ++input)
      for (const mapping::Consumer& consumer : stage.schedule->inputs[input].tiles)
        shares.inputs[consumer.tile].push_back({consumer, stage.index, input, depths[stage.index][input], 0});
    for (int column = 0; column < static_cast<int>(stage.schedule->columns.size()); ++column)
      shares.outputs[stage.column(column).tile].push_back({stage.index, column, stage.max_emitted, 0});
  }
  const BufferParameters& buffer = constants.run.architecture.buffer;
  std::vector<InputIssue> issues;
  for (auto& [tile, inputs] : shares.inputs) {
    std::vector<Claim> claims;
    for (InputShare& share : inputs)
      claims.push_back({claim_name(constants, share), &share.needed_pixels, &share.capacity_pixels,
                        std::int64_t{share.consumer.channel_end - share.consumer.channel_begin} *
                            constants.stages[share.stage].schedule->inputs[share.input].bits});
    divide(constants, tile, "input", "/buffer/input_kibibytes", buffer.input_kibibytes, claims, issues);
  }
  for (auto& [tile, outputs] : shares.outputs) {
    std::vector<Claim> claims;
    for (OutputShare& share : outputs) {
      const StageFacts& stage = constants.stages[share.stage];
      claims.push_back({stage.name(), &share.needed_pixels, &share.capacity_pixels,
                        std::int64_t{stage.column(share.column_block).outputs} * stage.schedule->code_bits});
    }
    divide(constants, tile, "output", "/buffer/output_kibibytes", buffer.output_kibibytes, claims, issues);
  }
  if (!issues.empty()) throw InputError(std::move(issues));
  return shares;
}

}  // namespace nvcim::sim
