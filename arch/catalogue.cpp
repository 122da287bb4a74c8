// SPDX-License-Identifier: Apache-2.0
#include "arch/catalogue.h"

#include <fmt/format.h>

#include <utility>

#include "arch/parameters.h"

namespace nvcim {
namespace {

std::string doc_of_name(std::string_view name) {
  for (const EnergyKey& key : kEnergyKeys)
    if (key.name == name) return fmt::format("{}, per {}", key.component, key.per);
  return {};
}

std::string doc_of_component(std::string_view name) {
  for (const ComponentInfo& component : kComponents)
    if (component.name == name) return std::string(component.unit);
  return {};
}

/// Visitor of `describe` that writes down what it is told.
class Collector {
 public:
  template <class S>
  void section(const char* key, S& parameters, const char* doc) {
    Collector inner;
    parameters.describe(inner);
    sections_.push_back({key, doc, std::move(inner.top_)});
  }
  void integer(const char* key, int& value, int min, int max, const char* doc) {
    add(key, ParameterKind::integer, doc, value, min, max);
  }
  void number(const char* key, double& value, double min, double max, const char* unit, const char* doc) {
    add(key, ParameterKind::number, doc, value, min, max).unit = unit;
  }
  template <class Q>
  void quantity(const char* key, Q& value, Q min, Q max, const char* doc) {
    add(key, ParameterKind::quantity, doc, format_quantity(value), min.value(), max.value()).unit = UnitSymbol<Q>::text;
  }
  template <class E>
  void choice(const char* key, E& value, const char* doc) {
    ParameterInfo& info = add(key, ParameterKind::choice, doc, choice_text(value), 0, 0);
    for (const auto& entry : EnumNames<E>::all) info.choices.push_back({entry.text, entry.doc});
  }
  void flag(const char* key, bool& value, const char* doc) { add(key, ParameterKind::flag, doc, value, 0, 0); }
  void text(const char* key, std::string& value, const char* doc) { add(key, ParameterKind::text, doc, value, 0, 0); }
  void integer_map(const char* key, std::map<std::string, int>&, int min, int max, const char* doc) {
    add(key, ParameterKind::integer_map, doc, nlohmann::ordered_json::object(), min, max);
  }
  template <class Q, class Keys>
  void quantity_map(const char* key, std::map<std::string, Q>&, Q min, Q max, const Keys& keys, const char* doc) {
    ParameterInfo& info =
        add(key, ParameterKind::quantity_map, doc, nlohmann::ordered_json::object(), min.value(), max.value());
    info.unit = UnitSymbol<Q>::text;
    const bool energy = std::string_view(key) == "energy";
    for (const std::string_view name : keys)
      info.keys.push_back({std::string(name), energy ? doc_of_name(name) : doc_of_component(name)});
  }

  std::vector<SectionInfo> take() {
    sections_.push_back({"", "at the top of the file", std::move(top_)});
    return std::move(sections_);
  }

 private:
  ParameterInfo& add(const char* key, ParameterKind kind, const char* doc, nlohmann::ordered_json value, double min,
                     double max) {
    ParameterInfo info;
    info.key = key;
    info.kind = kind;
    info.doc = doc;
    info.default_value = std::move(value);
    info.min = min;
    info.max = max;
    top_.push_back(std::move(info));
    return top_.back();
  }

  std::vector<ParameterInfo> top_;
  std::vector<SectionInfo> sections_;
};

}  // namespace

std::vector<SectionInfo> parameter_catalogue() {
  Architecture defaults;
  Collector collector;
  defaults.describe(collector);
  return collector.take();
}

std::string range_text(const ParameterInfo& parameter) {
  switch (parameter.kind) {
    case ParameterKind::integer:
    case ParameterKind::number:
    case ParameterKind::integer_map:
      return fmt::format("{}..{}", parameter.min, parameter.max);
    case ParameterKind::quantity:
    case ParameterKind::quantity_map:
      return format_si(parameter.min, parameter.unit) + " .. " + format_si(parameter.max, parameter.unit);
    case ParameterKind::choice:
    case ParameterKind::flag:
    case ParameterKind::text:
      break;
  }
  return {};
}

}  // namespace nvcim
