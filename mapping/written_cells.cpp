// SPDX-License-Identifier: Apache-2.0
#include "mapping/written_cells.h"

#include <algorithm>

#include "arch/check.h"
#include "mapping/for_each_index.h"
#include "mapping/row_writing.h"

namespace nvcim::mapping {

StateCounts count_states(const WrittenCells& cells) {
  StateCounts counts{};
  for (const WrittenBlock& block : cells.blocks)
    for (const CellState state : block.state) ++counts[static_cast<std::size_t>(state)];
  return counts;
}

WrittenCells write_cells(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                         const WritePlan& write_plan, const ChipDraws& draws, bool keep_history, int threads) {
  NVCIM_CHECK(write_plan.verify.empty() || write_plan.verify.size() == plan.blocks.size(),
              "write plan of {} blocks for {}", write_plan.verify.size(), plan.blocks.size());
  const std::vector<device::WriteRules> rules = make_layer_rules(architecture, plan);
  WrittenCells cells;
  cells.draws = draws;
  cells.blocks.resize(plan.blocks.size());
  for_each_index(static_cast<int>(plan.blocks.size()), threads, [&](int index) {
    const Block& block = plan.blocks[index];
    WrittenBlock& written = cells.blocks[index];
    const std::size_t size = std::size_t(block.rows) * block.columns;
    written.codes.resize(size);
    if (keep_history) {
      written.state.resize(size);
      written.pulses.resize(size);
    }
    RowWriting rows(architecture, network, plan, index, draws, rules[plan.layer_of_node[block.node]], written);
    for (int row = 0; row < block.rows; ++row) rows.write_once(row);
    if (write_plan.verify.empty()) return;
    const std::vector<std::uint8_t>& marked = write_plan.verify[index];
    NVCIM_CHECK(marked.size() == size, "{} marks for {} cells", marked.size(), size);
    for (int round = 0; round <= architecture.write_controller.reverify_rounds; ++round)
      for (int row = 0; row < block.rows; ++row) {
        const auto* marks = marked.data() + std::size_t(row) * block.columns;
        if (std::none_of(marks, marks + block.columns, [](std::uint8_t mark) { return mark != 0; })) continue;
        rows.start(row, static_cast<std::uint32_t>(round), marked).drain();
        rows.finish();
      }
  });
  return cells;
}

}  // namespace nvcim::mapping
