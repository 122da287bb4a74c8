// SPDX-License-Identifier: Apache-2.0
#include "mapping/perturbation_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "arch/input_error.h"
#include "mapping/summed_text.h"
#include "workloads/gzip_file.h"
#include "workloads/network_identity.h"

namespace nvcim::mapping {
namespace {

constexpr SummedText kPerturbationFormat{"nvcim perturbation ", "1", "a perturbation of nvcim"};
constexpr std::size_t kPerturbationSizeLimit = std::size_t{1} << 30;

const char* encoding_name(Encoding encoding) {
  for (const auto& entry : EnumNames<Encoding>::all)
    if (entry.value == encoding) return entry.text;
  return "?";
}

int columns_of(const workloads::Node& node, const WeightEncoding& encoding) {
  return node.outputs() * encoding.planes();
}

std::string layer_line(const workloads::Network& network, const LayerPlan& layer) {
  const workloads::Node& node = network.nodes[layer.node];
  const WeightEncoding& encoding = layer.encoding;
  return fmt::format("layer {} {} weight bits {} cell bits {} step 1/{} rows {} columns {}", one_line(node.name),
                     encoding_name(encoding.encoding), encoding.weight_bits, encoding.cell_bits,
                     encoding.max_level * encoding.grid_per_level, node.matrix_rows(), columns_of(node, encoding));
}

/// Takes a number off the front.
template <class T>
bool take(std::string_view& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool is_bound(double bound) {
  return std::isfinite(bound) && bound >= 0 && bound <= 1;
}

void read_bounds(SummedLines& lines, Perturbation& perturbation) {
  std::string_view text = lines.after("bound ");
  bool good = take(text, perturbation.tight) && is_bound(perturbation.tight);
  perturbation.loose = perturbation.tight;
  if (good && !text.empty()) good = take_word(text, " loose ") && take(text, perturbation.loose) && text.empty();
  if (!good || !is_bound(perturbation.loose))
    lines.fail("should be \"bound TIGHT\" or \"bound TIGHT loose LOOSE\", 0..1");
}

void read_row(SummedLines& lines, int columns, std::int16_t* deviation, std::uint8_t* loose) {
  std::string_view line = lines.next();
  for (int column = 0; column < columns; ++column) {
    if ((column > 0 && !take_word(line, " ")) || !take(line, deviation[column]))
      lines.fail(fmt::format("should hold {} whole numbers of 16 bits; column {} is none", columns, column));
    loose[column] = take_word(line, "l");
  }
  if (!line.empty())
    lines.fail(fmt::format("should hold {} numbers, but goes on: \"{}\"", columns, line.substr(0, 20)));
}

/// Which cell is the first at fault, and by how much.
std::string first_fault(const workloads::Network& network, const Plan& plan, const Perturbation& perturbation,
                        const PerturbationExtent& extent) {
  const LayerPlan& layer = plan.layers[extent.fault_layer];
  const LayerPerturbation& cells = perturbation.layers[extent.fault_layer];
  const std::size_t cell = extent.fault_cell, columns = columns_of(network.nodes[layer.node], layer.encoding);
  const bool is_loose = !cells.loose.empty() && cells.loose[cell] != 0;
  return fmt::format("layer {}, row {}, column {}: {} grid steps of at most {}", network.nodes[layer.node].name,
                     cell / columns, cell % columns, cells.deviation[cell],
                     bound_steps(is_loose ? perturbation.loose : perturbation.tight, layer.encoding));
}

}  // namespace

std::string perturbation_text(const workloads::Network& network, const Plan& plan, const Perturbation& perturbation,
                              const std::string& made_by) {
  std::string text = fmt::format("{}network {} {}\nbound {}", first_line(kPerturbationFormat), one_line(network.name),
                                 hexadecimal(workloads::network_fingerprint(network)), perturbation.tight);
  if (perturbation.loose != perturbation.tight) text += fmt::format(" loose {}", perturbation.loose);
  text += fmt::format("\nmade by {}\nlayers {}\n", one_line(made_by), plan.layers.size());
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const LayerPlan& layer = plan.layers[i];
    const LayerPerturbation& cells = perturbation.layers[i];
    text += layer_line(network, layer) + "\n";
    const std::size_t columns = columns_of(network.nodes[layer.node], layer.encoding);
    for (std::size_t cell = 0; cell < cells.deviation.size(); ++cell) {
      text += fmt::format_int(cells.deviation[cell]).c_str();
      if (!cells.loose.empty() && cells.loose[cell] != 0) text += 'l';
      text += (cell + 1) % columns == 0 ? '\n' : ' ';
    }
  }
  return summed(std::move(text));
}

Perturbation load_perturbation(const std::filesystem::path& file, const Architecture& architecture,
                               const workloads::Network& network, const Plan& plan) {
  const std::vector<std::uint8_t> bytes = workloads::read_file(file, kPerturbationSizeLimit);
  SummedLines lines(file.string(), std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                    kPerturbationFormat);
  std::vector<InputIssue> issues;
  const auto say = [&](std::string message) {
    issues.push_back({file.string(), fmt::format("line {}", lines.number()), std::move(message)});
  };
  const std::string_view of_network = lines.after("network ");
  const std::string expected = hexadecimal(workloads::network_fingerprint(network));
  if (!of_network.ends_with(" " + expected))
    say(fmt::format("is for the network {}, not for {} {}", of_network, network.name, expected));
  Perturbation perturbation;
  read_bounds(lines, perturbation);
  lines.after("made by ");
  if (lines.after("layers ") != fmt::format("{}", plan.layers.size())) {
    say(fmt::format("the network has {} layers", plan.layers.size()));
    throw InputError(std::move(issues));
  }
  bool any_loose = false;
  for (const LayerPlan& layer : plan.layers) {
    const workloads::Node& node = network.nodes[layer.node];
    const std::string head = layer_line(network, layer);
    if (const std::string_view line = lines.next(); line != head) {
      say(fmt::format("\"{}\", but in this architecture it is \"{}\"", line, head));
      throw InputError(std::move(issues));
    }
    const int columns = columns_of(node, layer.encoding);
    LayerPerturbation& cells = perturbation.layers.emplace_back();
    cells.deviation.resize(std::size_t(node.matrix_rows()) * columns);
    cells.loose.resize(cells.deviation.size());
    for (int row = 0; row < node.matrix_rows(); ++row)
      read_row(lines, columns, &cells.deviation[std::size_t(row) * columns], &cells.loose[std::size_t(row) * columns]);
    any_loose = any_loose || std::count(cells.loose.begin(), cells.loose.end(), 1) > 0;
  }
  if (!lines.at_end()) {
    lines.next();
    lines.fail("follows the last layer");
  }
  if (!any_loose)
    for (LayerPerturbation& cells : perturbation.layers) cells.loose.clear();
  if (!issues.empty()) throw InputError(std::move(issues));
  const PerturbationExtent extent = measure_extent(architecture, network, plan, perturbation);
  if (extent.past_bound > 0 || extent.past_range > 0)
    throw InputError(
        file.string(), "",
        fmt::format("{} of {} cells are past their bound, {} outside of what a cell can hold; the first is {}",
                    extent.past_bound, extent.cells, extent.past_range,
                    first_fault(network, plan, perturbation, extent)));
  return perturbation;
}

}  // namespace nvcim::mapping
