// SPDX-License-Identifier: Apache-2.0
#include "workloads/digital.h"

#include "workloads/operators/joining_operator.h"

namespace nvcim::workloads {

void join(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count, std::uint8_t* output) {
  dynamic_cast<const JoiningOperator&>(operator_of(node)).join(node, inputs, count, output);
}

void digital_map(const Network& network, int index, std::span<const std::uint8_t* const> inputs, std::uint8_t* output) {
  operator_of(network.nodes[index]).compute(network, index, inputs, output);
}

}  // namespace nvcim::workloads
