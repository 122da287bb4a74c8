// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "arch/parameters.h"
#include "arch/units.h"

namespace nvcim {

/// Visitor of `describe`: every parameter into a JSON object, in the order of the description, quantities as text.
class ParameterWriter {
 public:
  using Json = nlohmann::ordered_json;

  template <class S>
  void section(const char* key, S& parameters, const char*) {
    ParameterWriter writer;
    parameters.describe(writer);
    object_[key] = writer.take();
  }
  void integer(const char* key, int& value, int, int, const char*) { object_[key] = value; }
  void number(const char* key, double& value, double, double, const char*, const char*) { object_[key] = value; }
  template <class Q>
  void quantity(const char* key, Q& value, Q, Q, const char*) {
    object_[key] = format_quantity(value);
  }
  template <class E>
  void choice(const char* key, E& value, const char*) {
    object_[key] = choice_text(value);
  }
  void flag(const char* key, bool& value, const char*) { object_[key] = value; }
  void text(const char* key, std::string& value, const char*) { object_[key] = value; }
  void integer_map(const char* key, std::map<std::string, int>& values, int, int, const char*) {
    object_[key] = Json::object();
    for (const auto& [name, value] : values) object_[key][name] = value;
  }
  template <class Q, class Keys>
  void quantity_map(const char* key, std::map<std::string, Q>& values, Q, Q, const Keys&, const char*) {
    object_[key] = Json::object();
    for (const auto& [name, value] : values) object_[key][name] = format_quantity(value);
  }
  Json take() { return std::move(object_); }

 private:
  Json object_ = Json::object();
};

}  // namespace nvcim
