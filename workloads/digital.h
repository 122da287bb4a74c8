// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "workloads/network.h"

/// Arithmetic of the nodes that are no MVM: part of the definition in workloads/reference.h. The chip model's digital
/// units call the same functions.
namespace nvcim::workloads {

/// `count` elements of an add or multiply node; see JoinLayer.
/// @param inputs  [inputs of the node] each [count]
void join(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count, std::uint8_t* output);

/// Pools a whole feature map. @param output [node.output.size()]
void pool(const Node& node, const std::uint8_t* input, std::uint8_t* output);

/// The map of any node but an MVM.
/// @param inputs  [inputs of the node] their maps   @param output [node.output.size()]
void digital_map(const Network& network, int node, std::span<const std::uint8_t* const> inputs, std::uint8_t* output);

}  // namespace nvcim::workloads
