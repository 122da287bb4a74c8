// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "arch/random.h"
#include "workloads/training.h"

namespace nvcim::workloads {

/// Batches of input values in an order drawn anew for each epoch and replica.
class Batches {
 public:
  Batches(const Network& shape, const Dataset& data, const TrainingOptions& options)
      : shape_(shape), data_(data), options_(options), order_(data.samples()) {}

  void shuffle(int epoch, int replica = 0);

  /// Real values [end - begin][channels][height][width] of samples in the order; half of them mirrored, if the options
  /// say so and `augment` is set.
  at::Tensor inputs(int begin, int end, bool augment) const;
  at::Tensor labels(int begin, int end) const;
  /// Of the i-th sample in the order.
  const std::uint8_t* pixels(int i) const { return data_.image(order_[i]); }

 private:
  DrawStream draws() const {
    return DrawStream(options_.seed, Purpose::training_order, 0, std::uint32_t(epoch_), std::uint32_t(replica_));
  }

  const Network& shape_;
  const Dataset& data_;
  const TrainingOptions& options_;
  std::vector<int> order_;
  int epoch_ = 0, replica_ = 0;
};

}  // namespace nvcim::workloads
