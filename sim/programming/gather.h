// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "sim/programming/row_stream.h"
#include "sim/programming/tile_controller.h"

namespace nvcim::sim {

/// The cells of a chip that nothing was written to.
mapping::WrittenCells blank_cells(const ProgramJob& job);

/// The result of a job, from the modules that did it, whatever drove them.
/// @param network  flits counted on the mesh
ProgramResult gather(const ProgramFacts& facts, mapping::WrittenCells cells, std::deque<TileController>& controllers,
                     const RowStream& stream, const EventCounts& network);

}  // namespace nvcim::sim
