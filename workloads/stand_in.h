// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "workloads/dataset.h"
#include "workloads/network.h"

/// Networks and images that stand in where only latency, energy and area matter.
namespace nvcim::workloads {

/// Whether stand_in_network knows the name: the built-in networks.
bool is_stand_in(std::string_view name);

/// A built-in network on the images it is known with (1 x 28 x 28 for lenet and mlp, else 3 x 32 x 32), with uniform
/// random weights and rounding that keeps maps within their codes. Its outputs mean nothing. Always the same. Errors:
/// InputError: bits outside 2..8.
Network stand_in_network(std::string_view name, int bits);

/// One random image for a network, of class 0. Always the same.
Dataset stand_in_image(const Network& network);

}  // namespace nvcim::workloads
