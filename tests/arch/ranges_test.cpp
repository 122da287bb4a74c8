// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "arch/catalogue.h"
#include "arch/load.h"
#include "arch/units.h"

namespace nvcim {
namespace {

using Json = nlohmann::ordered_json;

std::vector<InputIssue> issues_of(const Json& document) {
  try {
    parse_architecture(document.dump(), "a.json");
  } catch (const InputError& error) {
    return error.issues();
  }
  return {};
}

/// A parameter's value in a file that gives nothing else.
struct Place {
  std::string pointer;
  Json in_file(const Json& value) const {
    Json document = Json::object();
    document[Json::json_pointer(pointer)] = value;
    return document;
  }
  std::vector<std::string> said(const Json& value) const {
    std::vector<std::string> out;
    for (const InputIssue& issue : issues_of(in_file(value)))
      if (issue.pointer == pointer) out.push_back(issue.message);
    return out;
  }
};

struct Ranged {
  Place place;
  ParameterInfo info;
};

/// Every parameter with a range; of maps one entry.
std::vector<Ranged> ranged_parameters() {
  std::vector<Ranged> out;
  for (const SectionInfo& section : parameter_catalogue())
    for (const ParameterInfo& p : section.parameters) {
      std::string pointer = (section.key.empty() ? "" : "/" + section.key) + "/" + p.key;
      if (p.kind == ParameterKind::integer_map) pointer += "/a_layer";
      if (p.kind == ParameterKind::quantity_map) pointer += "/" + p.keys.front().text;
      if (!range_text(p).empty()) out.push_back({{pointer}, p});
    }
  return out;
}

bool is_whole(ParameterKind kind) {
  return kind == ParameterKind::integer || kind == ParameterKind::integer_map;
}

Json as_value(const ParameterInfo& p, double value) {
  if (is_whole(p.kind)) return static_cast<std::int64_t>(value);
  if (p.kind == ParameterKind::number) return value;
  return format_si(value, p.unit);
}

double past(const ParameterInfo& p, double end, double direction) {
  return is_whole(p.kind) ? end + direction : std::nextafter(end, direction * std::numeric_limits<double>::infinity());
}

TEST(Ranges, EveryParameterIsTakenAtBothEnds) {
  const auto parameters = ranged_parameters();
  EXPECT_GT(parameters.size(), 50u);
  for (const Ranged& r : parameters)
    for (double end : {r.info.min, r.info.max})
      for (const std::string& said : r.place.said(as_value(r.info, end)))
        EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("is outside"))) << r.place.pointer;
}

TEST(Ranges, EveryParameterIsRefusedOneStepPastEitherEnd) {
  for (const Ranged& r : ranged_parameters())
    for (double direction : {-1.0, 1.0}) {
      const Json value = as_value(r.info, past(r.info, direction < 0 ? r.info.min : r.info.max, direction));
      EXPECT_THAT(r.place.said(value), ::testing::ElementsAre(value.dump() + " is outside " + range_text(r.info)))
          << r.place.pointer;
    }
}

TEST(Ranges, DefaultsLieInTheirRanges) {
  for (const Ranged& r : ranged_parameters()) {
    if (r.info.default_value.is_object()) continue;
    for (const std::string& said : r.place.said(r.info.default_value))
      EXPECT_THAT(said, ::testing::StartsWith("has no effect")) << r.place.pointer;
  }
}

TEST(Ranges, EveryChoiceIsTaken) {
  for (const SectionInfo& section : parameter_catalogue())
    for (const ParameterInfo& p : section.parameters)
      for (const auto& choice : p.choices) {
        const Place place{"/" + section.key + "/" + p.key};
        for (const std::string& said : place.said(choice.text))
          EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("is unknown"))) << place.pointer;
      }
}

TEST(Ranges, EveryParameterSaysWhatItMeans) {
  for (const SectionInfo& section : parameter_catalogue()) {
    EXPECT_FALSE(section.doc.empty()) << section.key;
    for (const ParameterInfo& p : section.parameters) {
      EXPECT_FALSE(p.doc.empty()) << p.key;
      for (const auto& key : p.keys) EXPECT_FALSE(key.doc.empty()) << key.text;
    }
  }
}

}  // namespace
}  // namespace nvcim
