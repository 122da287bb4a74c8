// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "arch/parameters.h"
#include "arch/units.h"

namespace nvcim {

/// Visitor of `describe`: every parameter into a JSON object, in the order of the description, quantities as text.
/// A "comment" comes first in its object.
class ParameterWriter {
 public:
  using Json = nlohmann::ordered_json;

  /// @param comments  JSON pointer of an object → its comment
  /// @param pointer   of the object that is written
  explicit ParameterWriter(const std::map<std::string, std::string>& comments, std::string pointer = "")
      : comments_(comments), pointer_(std::move(pointer)), object_(started(pointer_)) {}

  template <class S>
  void section(const char* key, S& parameters, const char*) {
    ParameterWriter writer(comments_, path(key));
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
    object_[key] = started(path(key));
    for (const auto& [name, value] : values) object_[key][name] = value;
  }
  template <class Q, class Keys>
  void quantity_map(const char* key, std::map<std::string, Q>& values, Q, Q, const Keys&, const char*) {
    object_[key] = started(path(key));
    for (const auto& [name, value] : values) object_[key][name] = format_quantity(value);
  }
  Json take() { return std::move(object_); }

 private:
  std::string path(const char* key) const { return pointer_ + "/" + key; }
  Json started(const std::string& pointer) const {
    Json object = Json::object();
    if (const auto comment = comments_.find(pointer); comment != comments_.end()) object["comment"] = comment->second;
    return object;
  }

  const std::map<std::string, std::string>& comments_;
  std::string pointer_;
  Json object_;
};

}  // namespace nvcim
