// SPDX-License-Identifier: Apache-2.0
#include "arch/schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "arch/load.h"
#include "arch/presets.h"

namespace nvcim {
namespace {

using nlohmann::json;

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() {
    const json document = json::parse(architecture_schema_text());
    const valijson::adapters::NlohmannJsonAdapter adapter(document);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema_);
  }
  bool accepts(const json& document) {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
  }

  valijson::Schema schema_;
};

// When one of these two fails: nvcim schema > arch/schema/architecture.schema.json, nvcim schema --reference >
// …/reference.md
TEST(CommittedFiles, SchemaIsTheGeneratedOne) {
  EXPECT_TRUE(text_of(NVCIM_ARCH_FOLDER "/schema/architecture.schema.json") == architecture_schema_text());
}

TEST(CommittedFiles, ReferencePageIsTheGeneratedOne) {
  EXPECT_TRUE(text_of(NVCIM_ARCH_FOLDER "/schema/reference.md") == architecture_reference());
}

TEST_F(SchemaTest, AcceptsEveryPresetAsWrittenAndResolved) {
  for (const std::string& name : preset_names()) {
    EXPECT_TRUE(accepts(json::parse(*preset_text(name)))) << name;
    EXPECT_TRUE(accepts(json(to_json(load_architecture(name))))) << name;
  }
}

TEST_F(SchemaTest, RefusesWhatTheLoaderRefuses) {
  for (const char* text : {R"({"adcs": {}})",
                           R"({"adc": {"bit": 8}})",
                           R"({"adc": {"bits": 15}})",
                           R"({"adc": {"bits": 0}})",
                           R"({"adc": {"bits": 3.7}})",
                           R"({"adc": {"bits": "8"}})",
                           R"({"adc": {"model": "flash"}})",
                           R"({"adc": 3})",
                           R"({"device": {"g_max": 40}})",
                           R"({"device": {"g_max": "40"}})",
                           R"({"device": {"g_max": "40 V"}})",
                           R"({"device": {"sigma": 1.01}})",
                           R"({"extends": 1})",
                           R"({"energy": {"adc": "1 pJ"}})",
                           R"({"area": {"adc": "1 um"}})",
                           R"({"mapping": {"duplicate": {"conv1": 0}}})",
                           R"([])",
                           R"({"comment": 1})",
                           R"({"adc": {"comment": []}})",
                           R"({"device": {"drift": "model", "age": "10 weeks"}})"}) {
    EXPECT_FALSE(accepts(json::parse(text))) << text;
    EXPECT_THROW(parse_architecture(text, "a.json"), InputError) << text;
  }
}

TEST_F(SchemaTest, AcceptsWhatTheLoaderAccepts) {
  for (const char* text :
       {R"({})", R"({"device": {"g_max": "40 µS"}})", R"({"device": {"g_max": ".04e0mS"}})",
        R"({"device": {"relaxation": "technology_b", "temperature": "85 C"}})",
        R"({"device": {"drift": "model", "age": "10 y"}})",
        R"({"comment": "a", "adc": {"comment": "b"}, "energy": {"comment": "c"}})",
        R"({"mapping": {"comment": "d", "duplicate": {"comment": "e", "conv1": 2}}})",
        R"({"area": {"adc": "1200 um²"}})", R"({"crossbar": {"wire_resistance": "0 Ω"}})",
        R"({"energy": {"pooling": null}})", R"({"mapping": {"duplicate": {"conv1": 4, "conv2": null}}})"}) {
    EXPECT_TRUE(accepts(json::parse(text))) << text;
    EXPECT_NO_THROW(parse_architecture(text, "a.json")) << text;
  }
}

}  // namespace
}  // namespace nvcim
