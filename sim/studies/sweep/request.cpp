// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep/request.h"

#include <fmt/format.h>

#include <optional>

namespace nvcim::sim {
namespace {

constexpr const char* kInSitu = "in_situ";

std::optional<SweepMethod> sweep_method_of(const std::string& text) {
  SweepMethod method;
  method.in_situ = text == kInSitu;
  if (method.in_situ) return method;
  std::size_t end = text.starts_with(kMethodKind.path_behind) ? std::string::npos : text.find('/');
  if (!parse_method(text.substr(0, end), method.method, method.file)) return std::nullopt;
  while (end != std::string::npos) {
    const std::size_t begin = end + 1;
    end = text.find('/', begin);
    const std::string word = text.substr(begin, end == std::string::npos ? end : end - begin);
    if (const auto granularity = choice_of<mapping::Granularity>(word)) {
      method.granularity = *granularity;
      method.has_granularity = true;
    } else if (const auto order = choice_of<mapping::SelectionOrder>(word)) {
      method.order = *order;
      method.has_order = true;
    } else {
      return std::nullopt;
    }
  }
  return method;
}

}  // namespace

std::string CodedOption<SweepMethod>::wrong(const std::string& text) {
  if (sweep_method_of(text)) return "";
  return fmt::format(
      "{} is not a method; allowed: swim, magnitude, random, layer_order, each with /weight, /cell, /row, /crossbar, "
      "/per_cycle, /per_time behind it, file:PATH, {}",
      text, kInSitu);
}

SweepMethod CodedOption<SweepMethod>::value(const std::string& text) {
  return sweep_method_of(text).value_or(SweepMethod{});
}

std::string CodedOption<SweepMethod>::text(const SweepMethod& method) {
  if (method.in_situ) return kInSitu;
  if (method.method == mapping::SelectionMethod::file) return kMethodKind.path_behind + method.file;
  std::string text = mapping::method_name(method.method);
  if (method.has_granularity || method.granularity != SweepMethod{}.granularity)
    text += std::string("/") + choice_text(method.granularity);
  if (method.has_order || method.order != SweepMethod{}.order) text += std::string("/") + choice_text(method.order);
  return text;
}

void complete_methods(SweepOptions& options) {
  for (SweepMethod& method : options.methods) {
    if (!method.has_granularity) method.granularity = options.granularity;
    if (!method.has_order) method.order = options.order;
  }
}

std::string SweepMethod::name() const {
  if (in_situ) return kInSitu;
  std::string text = mapping::method_name(method);
  if (granularity != mapping::Granularity::weight) text += std::string("/") + choice_text(granularity);
  if (order != mapping::SelectionOrder::per_cycle) text += std::string("/") + choice_text(order);
  return text;
}

}  // namespace nvcim::sim
