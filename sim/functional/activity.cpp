// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/activity.h"

#include "sim/analog/phase.h"

namespace nvcim::sim {
namespace {

// 255^2 times this stays below 2^32.
constexpr int kImagesPerFlush = 65536;

}  // namespace

LayerActivity::LayerActivity(const workloads::Node& node, int dac_bits)
    : node_(&node), recent_(node.input.size(), 0), pixels_(node.input.size()) {
  for (unsigned code = 0; code < 256; ++code) {
    std::uint64_t drives = 0, squares = 0;
    for (unsigned rest = code; rest != 0; rest >>= dac_bits) {
      const std::uint64_t digit = rest & ((1u << dac_bits) - 1);
      drives += digit != 0;
      squares += digit * digit;
    }
    table_[code] = drives << 32 | squares;
  }
}

void LayerActivity::add(const std::uint8_t* maps, int images) {
  const std::size_t size = recent_.size();
  for (int image = 0; image < images; ++image) {
    if (++recent_images_ == kImagesPerFlush) flush();
    const std::uint8_t* map = maps + std::size_t(image) * size;
    for (std::size_t i = 0; i < size; ++i) recent_[i] += table_[map[i]];
  }
  images_ += static_cast<std::uint64_t>(images);
}

void LayerActivity::flush() {
  for (std::size_t i = 0; i < recent_.size(); ++i) {
    const Digits digits = unpack(recent_[i]);
    pixels_[i].drives += digits.drives;
    pixels_[i].squares += digits.squares;
    recent_[i] = 0;
  }
  recent_images_ = 0;
}

LayerActivity& LayerActivity::operator+=(const LayerActivity& other) {
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    const Digits recent = unpack(other.recent_[i]);
    pixels_[i].drives += other.pixels_[i].drives + recent.drives;
    pixels_[i].squares += other.pixels_[i].squares + recent.squares;
  }
  images_ += other.images_;
  return *this;
}

void LayerActivity::count(const ChipRun& run, const mapping::LayerPlan& layer, EventCounts& counts) const {
  const workloads::Node& node = *node_;
  const workloads::Window& window = node.mvm.window;
  const Digits padding = unpack(table_[node.input_zero_point]);
  const std::size_t count_row = static_cast<std::size_t>(layer.node) + 1;
  std::vector<Digits> rows(node.window_rows());
  for (int copy = 0; copy < layer.copies; ++copy) {
    std::size_t row = 0;
    for (int channel = 0; channel < node.input.channels; ++channel)
      for (int ky = 0; ky < window.kernel_h; ++ky)
        for (int kx = 0; kx < window.kernel_w; ++kx, ++row) {
          Digits sum;
          for (int position = copy; position < node.positions(); position += layer.copies) {
            const int y = position / node.output.width * window.stride_h + ky * node.mvm.dilation_h - window.pad_top;
            const int x = position % node.output.width * window.stride_w + kx * node.mvm.dilation_w - window.pad_left;
            if (y < 0 || y >= node.input.height || x < 0 || x >= node.input.width) {
              sum.drives += padding.drives * images_;
              sum.squares += padding.squares * images_;
            } else {
              const std::size_t pixel = (std::size_t(channel) * node.input.height + y) * node.input.width + x;
              const Digits recent = unpack(recent_[pixel]);
              sum.drives += pixels_[pixel].drives + recent.drives;
              sum.squares += pixels_[pixel].squares + recent.squares;
            }
          }
          rows[row] = sum;
        }
    for (const int index : layer.blocks) {
      const mapping::Block& block = run.plan.blocks[index];
      if (block.copy != copy) continue;
      const std::vector<std::uint64_t> conductances = row_conductances(run.chip, block, run.chip.blocks[index]);
      std::uint64_t drives = 0, conduction = 0;
      for (int r = 0; r < block.rows; ++r) {
        const Digits& digits = rows[block.row_begin + r];
        drives += digits.drives;
        conduction += digits.squares * conductances[r];
      }
      counts.add(count_row, Event::row_drive, drives);
      counts.add(count_row, Event::cell_conduction, conduction);
    }
  }
}

}  // namespace nvcim::sim
