// SPDX-License-Identifier: Apache-2.0
#include "mapping/write_plan_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "arch/check.h"
#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/printable.h"
#include "mapping/summed_text.h"
#include "workloads/gzip_file.h"
#include "workloads/network_identity.h"

namespace nvcim::mapping {
namespace {

constexpr SummedText kPlanFormat{"nvcim write plan ", "1", "a write plan of nvcim"};
constexpr std::size_t kPlanSizeLimit = std::size_t{1} << 30;
constexpr const char* kDigits = "0123456789abcdef";

std::uint64_t placement_fingerprint(const Plan& plan) {
  std::string text;
  for (const LayerPlan& layer : plan.layers) {
    const WeightEncoding& encoding = layer.encoding;
    text += fmt::format("{} {} {} {} {};", layer.node, static_cast<int>(encoding.encoding), encoding.weight_bits,
                        encoding.cell_bits, layer.copies);
  }
  for (const Block& block : plan.blocks)
    text += fmt::format("{} {} {} {} {} {} {} {} {} {};", block.node, block.copy, block.row_begin, block.rows,
                        block.output_begin, block.outputs, block.columns, block.crossbar, block.crossbar_row,
                        block.crossbar_column);
  return fingerprint(text.data(), text.size());
}

std::string marks_text(const std::uint8_t* cells, int columns) {
  std::string text;
  for (int begin = 0; begin < columns; begin += 4) {
    int digit = 0;
    for (int i = 0; i < 4; ++i) digit = 2 * digit + (begin + i < columns && cells[begin + i] != 0 ? 1 : 0);
    text += kDigits[digit];
  }
  return text;
}

/// @return false for another number of digits, a character that is none, or a mark past the last column
bool read_marks(std::string_view text, int columns, std::uint8_t* cells) {
  if (text.size() != std::size_t(columns + 3) / 4) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = std::string_view(kDigits).find(text[i]);
    if (digit == std::string_view::npos) return false;
    for (int bit = 0; bit < 4; ++bit) {
      const int column = static_cast<int>(i) * 4 + bit;
      const auto mark = static_cast<std::uint8_t>(digit >> (3 - bit) & 1);
      if (column < columns)
        cells[column] = mark;
      else if (mark != 0)
        return false;
    }
  }
  return true;
}

std::uint32_t read_priority(std::string_view text, const SummedLines& lines) {
  if (text == "-") return kNoPriority;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == kNoPriority)
    lines.fail(fmt::format("\"{}\" is no priority", text));
  return value;
}

}  // namespace

std::string write_plan_text(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                            const WritePlan& write_plan, const std::string& made_by) {
  const bool ranked = !write_plan.row_priority.empty();
  NVCIM_CHECK(write_plan.verify.empty() || write_plan.verify.size() == plan.blocks.size(), "{} of {} blocks",
              write_plan.verify.size(), plan.blocks.size());
  NVCIM_CHECK(!ranked || write_plan.row_priority.size() == plan.blocks.size(), "{} of {} blocks",
              write_plan.row_priority.size(), plan.blocks.size());
  std::string text = fmt::format(
      "{}architecture {}\nnetwork {} {}\nplacement {}\nmade by {}\nrows {}\nblocks {}\n", first_line(kPlanFormat),
      one_line(architecture.name), one_line(network.name), hexadecimal(workloads::network_fingerprint(network)),
      hexadecimal(placement_fingerprint(plan)), one_line(made_by), ranked ? "ranked" : "natural", plan.blocks.size());
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    text += fmt::format("block {} {} {}\n", index, block.rows, block.columns);
    const std::vector<std::uint8_t> none(write_plan.verify.empty() ? block.columns : 0, 0);
    for (int row = 0; row < block.rows; ++row) {
      const std::uint32_t priority = ranked ? write_plan.row_priority[index][row] : kNoPriority;
      text += priority == kNoPriority ? "-" : fmt::format("{}", priority);
      text += ' ';
      text += marks_text(
          write_plan.verify.empty() ? none.data() : &write_plan.verify[index][std::size_t(row) * block.columns],
          block.columns);
      text += '\n';
    }
  }
  return summed(std::move(text));
}

WritePlanFile load_write_plan(const std::filesystem::path& file, const workloads::Network& network, const Plan& plan) {
  const std::vector<std::uint8_t> bytes = workloads::read_file(file, kPlanSizeLimit);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  SummedLines lines(file.string(), text, kPlanFormat);
  WritePlanFile result;
  result.architecture = printable(lines.after("architecture "));

  std::vector<InputIssue> issues;
  const std::string_view of_network = lines.after("network ");
  const std::string expected_network = hexadecimal(workloads::network_fingerprint(network));
  if (!of_network.ends_with(" " + expected_network))
    issues.push_back({file.string(), "line 3",
                      fmt::format("is for the network {}, not for {} {}", of_network, network.name, expected_network)});
  const std::string_view placement = lines.after("placement ");
  const std::string expected_placement = hexadecimal(placement_fingerprint(plan));
  if (placement != expected_placement)
    issues.push_back({file.string(), "line 4",
                      fmt::format("is for another placement (made for the architecture {}): {}, but this network lies "
                                  "in this architecture as {}",
                                  result.architecture, placement, expected_placement)});
  if (!issues.empty()) throw InputError(std::move(issues));
  result.made_by = printable(lines.after("made by "));
  const std::string_view order = lines.after("rows ");
  if (order != "natural" && order != "ranked") lines.fail("is neither \"rows natural\" nor \"rows ranked\"");
  const bool ranked = order == "ranked";
  if (lines.after("blocks ") != fmt::format("{}", plan.blocks.size()))
    lines.fail(fmt::format("the placement has {} blocks", plan.blocks.size()));
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const std::string head = fmt::format("block {} {} {}", index, block.rows, block.columns);
    if (lines.next() != head) lines.fail(fmt::format("should be \"{}\"", head));
    std::vector<std::uint8_t>& cells = result.plan.verify.emplace_back(std::size_t(block.rows) * block.columns);
    std::vector<std::uint32_t> priorities;
    for (int row = 0; row < block.rows; ++row) {
      const std::string_view line = lines.next();
      const std::size_t space = line.find(' ');
      if (space == std::string_view::npos) lines.fail("should be a priority and marks");
      const std::uint32_t priority = read_priority(line.substr(0, space), lines);
      if (!ranked && priority != kNoPriority) lines.fail("has a priority in a plan of natural order");
      priorities.push_back(priority);
      if (!read_marks(line.substr(space + 1), block.columns, &cells[std::size_t(row) * block.columns]))
        lines.fail(fmt::format("should hold marks of {} columns in {} hexadecimal digits", block.columns,
                               (block.columns + 3) / 4));
    }
    if (ranked) result.plan.row_priority.push_back(std::move(priorities));
  }
  if (!lines.at_end()) {
    lines.next();
    lines.fail("follows the last block");
  }
  return result;
}

}  // namespace nvcim::mapping
