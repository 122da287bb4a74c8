// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_batches.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "workloads/reference.h"

namespace nvcim::workloads {

void Batches::shuffle(int epoch, int replica) {
  epoch_ = epoch;
  replica_ = replica;
  std::iota(order_.begin(), order_.end(), 0);
  const DrawStream stream = draws();
  for (int i = data_.samples() - 1; i > 0; --i) {
    const double u = DrawStream::uniform(stream.block(std::uint32_t(i), 0)[0]);
    std::swap(order_[i], order_[std::min(i, int(u * (i + 1)))]);
  }
}

at::Tensor Batches::inputs(int begin, int end, bool augment) const {
  const Shape& s = shape_.input;
  at::Tensor batch = at::empty({end - begin, s.channels, s.height, s.width});
  float* out = batch.data_ptr<float>();
  std::vector<std::uint8_t> codes(s.size());
  const float scale = float(shape_.nodes.front().input_scale);
  const int zero_point = shape_.nodes.front().input_zero_point;
  const DrawStream stream = draws();
  for (int i = begin; i < end; ++i) {
    encode_image(shape_, data_.image(order_[i]), codes.data());
    if (augment && options_.mirror && (stream.block(std::uint32_t(i), 1)[0] & 1))
      for (int line = 0; line < s.channels * s.height; ++line)
        std::reverse(codes.begin() + std::ptrdiff_t(line) * s.width,
                     codes.begin() + std::ptrdiff_t(line + 1) * s.width);
    for (const std::uint8_t code : codes) *out++ = float(code - zero_point) * scale;
  }
  return batch;
}

at::Tensor Batches::labels(int begin, int end) const {
  at::Tensor labels = at::empty({end - begin}, at::kLong);
  for (int i = begin; i < end; ++i) labels.data_ptr<std::int64_t>()[i - begin] = data_.labels[order_[i]];
  return labels;
}

}  // namespace nvcim::workloads
