// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/weight_values_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
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

using workloads::Network;
using workloads::Node;

constexpr std::string_view kMagic = "# nvcim weight values ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kNetwork = "# network ";
constexpr std::string_view kHolds = "# holds ";
constexpr std::string_view kEnd = "# end ";
constexpr std::size_t kValuesSizeLimit = (std::size_t{1} << 32) - 1;  // zlib counts in 32 bits

/// The line that begins with `word`, without it; empty when there is none among the first three.
std::string_view header(std::string_view text, std::string_view word) {
  for (int line = 0; line < 3; ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (text.starts_with(word)) return text.substr(word.size(), end - word.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

/// A file that this program wrote vouches for itself.
void check_own(const std::string& file, std::string_view text, const Network& network) {
  const std::string_view version = header(text, kMagic);
  if (version != kVersion)
    throw InputError(file, "line 1", fmt::format("version {} of the format; this program reads {}", version, kVersion));
  const std::size_t last = text.size() < 2 ? 0 : text.rfind('\n', text.size() - 2) + 1;
  const std::string_view line = text.substr(last);
  if (!line.starts_with(kEnd) || !line.ends_with('\n'))
    throw InputError(file, fmt::format("byte {}", text.size()), "is cut off: the last line is not the check sum");
  const std::string expected = hexadecimal(fingerprint(text.data(), last));
  const std::string_view found = line.substr(kEnd.size(), line.size() - kEnd.size() - 1);
  if (found != expected)
    throw InputError(file, "", fmt::format("is damaged: its check sum is {}, but the file says {}", expected, found));
  const std::string identity = hexadecimal(workloads::network_fingerprint(network));
  const std::string_view of = header(text, kNetwork);
  if (!of.ends_with(" " + identity))
    throw InputError(file, "line 2", fmt::format("is for the network {}, not for {} {}", of, network.name, identity));
}

/// Numbers of one line. @return what is wrong with it, or nothing
std::string read_line(std::string_view line, std::vector<double>& numbers) {
  const auto is_gap = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; };
  const char *at = line.data(), *const end = line.data() + line.size();
  while (true) {
    at = std::find_if_not(at, end, is_gap);
    if (at == end) return "";
    const char* const word_end = std::find_if(at, end, is_gap);
    double value = 0;
    const auto [read, error] = std::from_chars(at + (*at == '+' ? 1 : 0), word_end, value);
    if (error != std::errc() || read != word_end || !std::isfinite(value))
      return fmt::format("\"{}\" is not a finite number", std::string_view(at, std::size_t(word_end - at)));
    numbers.push_back(value);
    at = word_end;
  }
}

}  // namespace

std::string weight_values_text(const Network& network, const WeightValues& values, const std::string& holds) {
  NVCIM_CHECK(values.size() == network.nodes.size(), "{} values for {} nodes", values.size(), network.nodes.size());
  std::string one_line = holds;
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  std::string text = fmt::format("{}{}\n{}{} {}\n{}{}\n", kMagic, kVersion, kNetwork, network.name,
                                 hexadecimal(workloads::network_fingerprint(network)), kHolds, one_line);
  for (std::size_t n = 0; n < values.size(); ++n) {
    const Node& node = network.nodes[n];
    NVCIM_CHECK(values[n].size() == node.mvm.weights.size(), "node {}: {} values", n, values[n].size());
    if (!node.is_mvm()) continue;
    text += fmt::format("# {}: {} outputs of {} matrix rows\n", node.name, node.outputs(), node.matrix_rows());
    for (std::size_t i = 0; i < values[n].size(); ++i)
      text += fmt::format("{}{}", values[n][i], (i + 1) % std::size_t(node.matrix_rows()) == 0 ? '\n' : ' ');
  }
  return text + std::string(kEnd) + hexadecimal(fingerprint(text.data(), text.size())) + "\n";
}

WeightValuesFile load_weight_values(const std::filesystem::path& file, const Network& network) {
  const std::vector<std::uint8_t> bytes = workloads::read_file(file, kValuesSizeLimit);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string name = file.string();
  if (text.starts_with(kMagic)) check_own(name, text, network);

  WeightValuesFile result;
  if (text.starts_with(kMagic)) result.holds = printable(header(text, kHolds));
  result.values.resize(network.nodes.size());
  int number = 0;
  std::size_t begin = 0;
  // The next line with numbers, or nothing.
  const auto next_line = [&]() -> std::string_view {
    while (begin < text.size()) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      begin = end + 1;
      ++number;
      if (line.find_first_not_of(" \t\r") != std::string_view::npos && line.front() != '#') return line;
    }
    return {};
  };
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    if (!node.is_mvm()) continue;
    std::vector<double>& values = result.values[n];
    for (int output = 0; output < node.outputs(); ++output) {
      const std::string_view line = next_line();
      if (line.empty())
        throw InputError(
            name, fmt::format("line {}", number),
            fmt::format("ends before output {} of layer {}, which has {}", output, node.name, node.outputs()));
      const std::size_t before = values.size();
      const std::string wrong = read_line(line, values);
      if (!wrong.empty()) throw InputError(name, fmt::format("line {}", number), wrong);
      if (values.size() - before != std::size_t(node.matrix_rows()))
        throw InputError(name, fmt::format("line {}", number),
                         fmt::format("{} numbers; output {} of layer {} has {} matrix rows", values.size() - before,
                                     output, node.name, node.matrix_rows()));
    }
  }
  if (!next_line().empty())
    throw InputError(name, fmt::format("line {}", number), "follows the last output of the last layer");
  return result;
}

}  // namespace nvcim::mapping
