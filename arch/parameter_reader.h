// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "arch/input_error.h"
#include "arch/parameters.h"
#include "arch/units.h"

namespace nvcim {

/// Key that every object of the file may have beside its parameters.
inline constexpr const char* kComment = "comment";

/// Visitor of `describe`: takes what one JSON object gives into the structs and leaves the rest as it is, so that
/// layers (preset, file, --set) are read one over the other. Faults go to `issues` with the layer's name and a JSON
/// pointer; a faulty value changes nothing.
class ParameterReader {
 public:
  /// @param given     every pointer of a parameter that the layer names, faulty or not, is added to it.
  /// @param comments  the "comment" of every object: JSON pointer of the object → text.
  ParameterReader(const nlohmann::json& object, std::string file, std::string pointer, std::vector<InputIssue>& issues,
                  std::set<std::string>& given, std::map<std::string, std::string>& comments);

  template <class S>
  void section(const char* key, S& parameters, const char*) {
    const nlohmann::json* value = find(key);
    if (value == nullptr || !expect_object(key, *value)) return;
    ParameterReader reader(*value, file_, path(key), issues_, given_, comments_);
    parameters.describe(reader);
    reader.finish();
  }

  void integer(const char* key, int& value, int min, int max, const char* doc);
  void number(const char* key, double& value, double min, double max, const char* unit, const char* doc);
  void flag(const char* key, bool& value, const char* doc);
  void text(const char* key, std::string& value, const char* doc);
  void integer_map(const char* key, std::map<std::string, int>& values, int min, int max, const char* doc);

  template <class Q>
  void quantity(const char* key, Q& value, Q min, Q max, const char*) {
    if (const nlohmann::json* found = find(key)) read_quantity(path(key), *found, value, min, max);
  }

  template <class E>
  void choice(const char* key, E& value, const char*) {
    const nlohmann::json* found = find(key);
    if (found == nullptr) return;
    std::vector<std::string> names;
    for (const auto& entry : EnumNames<E>::all) {
      if (*found == entry.text) value = entry.value;
      names.emplace_back(entry.text);
    }
    check_choice(path(key), *found, names);
  }

  /// null takes back what an inherited layer gave.
  template <class Q, class Keys>
  void quantity_map(const char* key, std::map<std::string, Q>& values, Q min, Q max, const Keys& allowed_keys,
                    const char*) {
    const nlohmann::json* found = find(key);
    if (found == nullptr || !expect_object(key, *found)) return;
    const std::vector<std::string> allowed(std::begin(allowed_keys), std::end(allowed_keys));
    for (const auto& [name, value] : found->items()) {
      const std::string where = path(key, name);
      if (name == kComment) {
        take_comment(path(key), value);
        continue;
      }
      given_.insert(where);
      if (!check_key(where, name, allowed)) continue;
      if (value.is_null()) {
        values.erase(name);
        continue;
      }
      Q quantity{};
      if (read_quantity(where, value, quantity, min, max)) values[name] = quantity;
    }
  }

  /// A key of the document that is read elsewhere.
  void ignore(const char* key) { known_.emplace_back(key); }
  /// Names every key that no call above asked for.
  void finish();

 private:
  const nlohmann::json* find(const char* key);
  std::string path(const std::string& key) const;
  std::string path(const std::string& key, const std::string& inner) const;
  void issue(const std::string& pointer, std::string message);
  bool expect_object(const char* key, const nlohmann::json& value);
  bool check_key(const std::string& pointer, const std::string& name, const std::vector<std::string>& allowed);
  void take_comment(const std::string& pointer, const nlohmann::json& value);
  void check_choice(const std::string& pointer, const nlohmann::json& value, const std::vector<std::string>& names);
  bool read_integer(const std::string& pointer, const nlohmann::json& value, int& out, int min, int max);
  bool read_si(const std::string& pointer, const nlohmann::json& value, const char* symbol, double min, double max,
               double& out);

  template <class Q>
  bool read_quantity(const std::string& pointer, const nlohmann::json& value, Q& out, Q min, Q max) {
    double si_value = 0;
    if (!read_si(pointer, value, UnitSymbol<Q>::text, min.value(), max.value(), si_value)) return false;
    out = from_si<Q>(si_value);
    return true;
  }

  const nlohmann::json& object_;
  std::string file_;
  std::string pointer_;
  std::vector<InputIssue>& issues_;
  std::set<std::string>& given_;
  std::map<std::string, std::string>& comments_;
  std::vector<std::string> known_;
};

}  // namespace nvcim
