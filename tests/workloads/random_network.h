// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// A small valid network of 1–5 nodes, every field drawn from the seed: convolutions with odd windows, strides and
/// one-sided padding, pools, fully connected layers, 1–8 input bits, 2–9 weight bits, zero points.
Network random_network(std::uint32_t seed);

std::vector<std::uint8_t> random_pixels(const Network& network, int samples, std::uint32_t seed);
std::vector<std::uint8_t> random_codes(const Node& node, std::uint32_t seed);

/// The first difference of two networks in any field, as text; empty where there is none.
std::string difference(const Network& a, const Network& b);

/// Weights 0, no bias, 8-bit inputs.
Node fully_connected_node(int inputs, int outputs);
Node pool_node(Shape input, PoolKind kind, Window window);

}  // namespace nvcim::workloads
