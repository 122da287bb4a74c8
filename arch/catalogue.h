// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nvcim {

enum class ParameterKind { integer, number, quantity, choice, flag, text, integer_map, quantity_map };

/// One parameter of the architecture file, as `describe` states it.
struct ParameterInfo {
  struct Choice {
    std::string text, doc;
  };
  std::string key;
  ParameterKind kind = ParameterKind::text;
  std::string doc;
  std::string unit;                      ///< SI symbol of a quantity; words for a number
  nlohmann::ordered_json default_value;  ///< as the file would give it
  double min = 0, max = 0;               ///< integer, number, quantity (SI) and the values of maps
  std::vector<Choice> choices;
  std::vector<Choice> keys;  ///< of a quantity_map: allowed names and what they are
};

struct SectionInfo {
  std::string key;  ///< empty: parameters at the top of the file
  std::string doc;
  std::vector<ParameterInfo> parameters;
};

/// Every parameter in the order of the file: sections, and under the empty key what stands at the top.
std::vector<SectionInfo> parameter_catalogue();

/// "1..14", "100 mV .. 20 V"; empty where a kind has no range.
std::string range_text(const ParameterInfo& parameter);

}  // namespace nvcim
