// SPDX-License-Identifier: Apache-2.0
#include "arch/named_choice.h"

#include <gmock/gmock.h>

#include "arch/device_models.h"
#include "arch/energy_keys.h"
#include "arch/own_parameters.h"

namespace nvcim {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Metals {
  struct Row {
    const char* name;
    const char* doc;
    std::string_view parameters;
  };
  static constexpr Row rows[] = {
      {"tin", "soft", "melting_point"}, {"iron", "hard", "melting_point carbon"}, {"lead", "", ""}};
};
using Metal = NamedChoice<Metals>;

TEST(NamedChoice, IsARowOfItsTable) {
  constexpr Metal iron("iron");
  EXPECT_EQ(iron.index(), 1u);
  EXPECT_STREQ(iron.row().doc, "hard");
  EXPECT_STREQ(choice_text(iron), "iron");
  EXPECT_EQ(iron, Metal("iron"));
  EXPECT_NE(iron, Metal("tin"));
  EXPECT_THROW(Metal("gold"), std::invalid_argument);
  EXPECT_THROW(Metal("iro"), std::invalid_argument);
  EXPECT_THROW(Metal(""), std::invalid_argument);
}

TEST(NamedChoice, NamesEveryRowInItsOrder) {
  std::vector<std::string> names;
  for (const auto& entry : EnumNames<Metal>::all) {
    names.push_back(entry.text);
    EXPECT_EQ(Metal(entry.text), entry.value);
  }
  EXPECT_THAT(names, ElementsAre("tin", "iron", "lead"));
}

TEST(OwnParameters, AreWordsNotPieces) {
  EXPECT_THAT(own_parameters("sigma sigma_slope"), ElementsAre("sigma", "sigma_slope"));
  EXPECT_THAT(own_parameters(""), ElementsAre());
  EXPECT_TRUE(reads_parameter("sigma_slope table", "table"));
  EXPECT_FALSE(reads_parameter("sigma_slope table", "sigma"));
  EXPECT_FALSE(reads_parameter("", ""));
}

TEST(OwnParameters, BelongToTheFirstRowThatReadsThem) {
  EXPECT_THAT(parameters_of_rows(Metals::rows), ElementsAre(Pair("melting_point", "tin"), Pair("carbon", "iron")));
}

// Each line of the energy table is a key of /energy: two of one name could not both be given.
TEST(EnergyKeys, AreUniqueAndBelongToComponents) {
  for (std::size_t i = 0; i < kEnergyKeys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(kEnergyKeys[i].name, kEnergyKeys[j].name);
    const auto is_it = [&](const ComponentInfo& component) { return component.name == kEnergyKeys[i].component; };
    EXPECT_EQ(std::ranges::count_if(kComponents, is_it), 1) << kEnergyKeys[i].name;
    EXPECT_FALSE(kEnergyKeys[i].per.empty());
  }
}

}  // namespace
}  // namespace nvcim
