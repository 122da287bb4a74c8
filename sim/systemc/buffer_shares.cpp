// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/buffer_shares.h"

#include <fmt/format.h>

#include "arch/input_error.h"

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
void divide(const Context& context, int tile, const char* buffer, const char* pointer, std::int64_t kibibytes,
            const std::vector<Claim>& claims, std::vector<InputIssue>& issues) {
  const std::int64_t capacity = kibibytes * kBitsPerKibibyte;
  std::int64_t needed = 0;
  std::string names;
  for (const Claim& claim : claims) {
    needed += claim.bits();
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", claim.layer, (claim.bits() + 7) / 8);
  }
  if (needed > capacity) {
    issues.push_back({context.run.architecture.name, pointer,
                      fmt::format("{} KiB hold {} bytes, but the {} buffer of tile {} needs {} bytes ({})", kibibytes,
                                  kibibytes * 1024, buffer, tile, (needed + 7) / 8, names)});
    return;
  }
  for (const Claim& claim : claims)
    *claim.capacity =
        static_cast<std::int64_t>(static_cast<__int128>(claim.bits()) * capacity / needed / claim.pixel_bits);
}

}  // namespace

BufferShares share_buffers(const Context& context) {
  BufferShares shares;
  const auto& schedule = context.schedule;
  for (const LayerFacts& layer : context.layers) {
    const auto& consumers = layer.index == 0 ? schedule.input_consumers : schedule.stages[layer.index - 1].consumers;
    for (const mapping::Consumer& consumer : consumers)
      if (consumer.tile != mapping::kGlobalBuffer)
        shares.inputs[consumer.tile].push_back({consumer, layer.index, layer.window.live, 0});
    for (int column = 0; column < layer.plan->column_blocks; ++column)
      shares.outputs[layer.plan->home_tile[column]].push_back({layer.index, column, layer.most_emitted, 0});
  }
  const BufferParameters& buffer = context.run.architecture.buffer;
  std::vector<InputIssue> issues;
  for (auto& [tile, inputs] : shares.inputs) {
    std::vector<Claim> claims;
    for (InputShare& share : inputs) {
      const workloads::Node& node = *context.layers[share.layer].node;
      claims.push_back({node.name, &share.needed_pixels, &share.capacity_pixels,
                        std::int64_t{share.consumer.channel_end - share.consumer.channel_begin} * node.input_bits});
    }
    divide(context, tile, "input", "/buffer/input_kibibytes", buffer.input_kibibytes, claims, issues);
  }
  for (auto& [tile, outputs] : shares.outputs) {
    std::vector<Claim> claims;
    for (OutputShare& share : outputs) {
      const LayerFacts& layer = context.layers[share.layer];
      claims.push_back(
          {layer.node->name, &share.needed_pixels, &share.capacity_pixels,
           std::int64_t{layer.column(context.run.plan, share.column_block).outputs} * layer.stage->code_bits});
    }
    divide(context, tile, "output", "/buffer/output_kibibytes", buffer.output_kibibytes, claims, issues);
  }
  if (!issues.empty()) throw InputError(std::move(issues));
  return shares;
}

}  // namespace nvcim::sim
