// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Order of a tile's units where several of them reach the same one in the same cycle.
namespace nvcim::sim {

enum InterfaceSource { from_accumulator, from_output_buffer };
enum ActivationSource { from_accumulation, from_input_buffer };
enum OutputBufferSource { from_activation, from_pooling, from_write_port };

}  // namespace nvcim::sim
