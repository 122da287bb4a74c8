// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/options/quantise_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace nvcim::sim {
namespace {

/// Numbers with commas between them; empty where one is none.
std::vector<double> numbers(std::string_view text) {
  std::vector<double> list;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, value);
    if (error != std::errc() || end != text.data() + comma || !std::isfinite(value)) return {};
    list.push_back(value);
    if (comma == text.size()) return list;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::pair<std::vector<double>, std::vector<double>> mean_and_deviation(const std::string& text) {
  if (text == "none") return {{0}, {1}};
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {};
  const std::vector<double> mean = numbers(std::string_view(text).substr(0, slash)),
                            deviation = numbers(std::string_view(text).substr(slash + 1));
  for (const double d : deviation)
    if (!(d > 0)) return {};
  if (mean.empty() || deviation.empty()) return {};
  return {mean, deviation};
}

std::string normalisation_issue(const std::string& text) {
  if (!mean_and_deviation(text).first.empty()) return "";
  return text + " is neither MEAN/STD, such as 0.485,0.456,0.406/0.229,0.224,0.225, nor none";
}

}  // namespace nvcim::sim
