// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Order of a tile's units where several of them reach the same one in the same cycle.
namespace nvcim::sim {

enum InterfaceSource { kFromAccumulator, kFromOutputBuffer };
enum OutputBufferSource { kFromActivation, kFromPooling, kFromWritePort };

}  // namespace nvcim::sim
