// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "arch/catalogue.h"
#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "arch/units.h"

namespace nvcim {
namespace {

using Json = nlohmann::ordered_json;

class Dice {
 public:
  explicit Dice(unsigned seed) : bits_(seed) {}
  int below(int n) { return static_cast<int>(bits_() % static_cast<unsigned>(n)); }
  /// Somewhere in the range, often at an end, and over all magnitudes.
  double in(double min, double max) {
    const int kind = below(8);
    if (kind == 0) return min;
    if (kind == 1) return max;
    const double share = double(bits_() >> 11) * 0x1p-53;
    if (min > 0 && kind < 5) return std::clamp(min * std::pow(max / min, share), min, max);
    return std::clamp(min + share * (max - min), min, max);
  }

 private:
  std::mt19937_64 bits_;
};

Json random_value(const ParameterInfo& p, Dice& dice) {
  switch (p.kind) {
    case ParameterKind::integer:
      return static_cast<std::int64_t>(std::nearbyint(dice.in(p.min, p.max)));
    case ParameterKind::number:
      return dice.in(p.min, p.max);
    case ParameterKind::quantity:
      return format_si(dice.in(p.min, p.max), p.unit);
    case ParameterKind::choice:
      return p.choices[static_cast<std::size_t>(dice.below(static_cast<int>(p.choices.size())))].text;
    case ParameterKind::flag:
      return dice.below(2) == 0;
    case ParameterKind::text:
      return "a \"text\" \u00b5 " + std::to_string(dice.below(100));
    case ParameterKind::integer_map:
      return Json{{"a layer", static_cast<std::int64_t>(dice.in(p.min, p.max))}};
    case ParameterKind::quantity_map: {
      Json map = Json::object();
      for (const auto& key : p.keys)
        if (dice.below(3) == 0) map[key.text] = format_si(dice.in(p.min, p.max), p.unit);
      return map;
    }
  }
  return nullptr;
}

/// A file with a random part of all parameters, each within its range.
Json random_file(Dice& dice, int one_in) {
  Json file = Json::object();
  for (const SectionInfo& section : parameter_catalogue())
    for (const ParameterInfo& p : section.parameters) {
      if (dice.below(one_in) != 0) continue;
      Json& place = section.key.empty() ? file : file[section.key];
      place[p.key] = random_value(p, dice);
    }
  return file;
}

TEST(Robustness, RandomArchitectureIsEitherRefusedForAContradictionOrLoadsBackEqualAndHasFiniteCosts) {
  int loaded = 0, refused = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Dice dice(seed);
    const Json file = random_file(dice, 1 + static_cast<int>(seed % 12) * 3);
    try {
      const Architecture a = parse_architecture(file.dump(), "random.json");
      ASSERT_EQ(parse_architecture(to_json(a).dump(), "random.json"), a) << file.dump();
      const AreaTable areas = area_table(a);
      ASSERT_TRUE(std::isfinite(areas.area().value()) && std::isfinite(areas.peak_power().value())) << file.dump();
      for (const EnergyEntry& entry : energy_table(a).entries)
        ASSERT_TRUE(std::isfinite(entry.per_count.value()) && entry.per_count.value() >= 0)
            << entry.name << file.dump();
      ++loaded;
    } catch (const InputError& error) {
      for (const InputIssue& issue : error.issues())
        ASSERT_THAT(issue.message, ::testing::Not(::testing::HasSubstr("is outside"))) << issue.text();
      ++refused;
    }
  }
  EXPECT_GT(loaded, 300);
  EXPECT_GT(refused, 300);
}

TEST(Robustness, DamagedFileIsRefusedWithAPlaceOrStillAnArchitecture) {
  const std::string whole(*preset_text("tiny_2x2"));
  const std::string letters = "{}[]\",:0123456789.-+eE\\u/ntf \n\xc2\xb5\x80";
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    std::string text = whole;
    for (int change = dice.below(4); change >= 0 && !text.empty(); --change) {
      const auto at = static_cast<std::size_t>(dice.below(static_cast<int>(text.size())));
      const char letter = letters[static_cast<std::size_t>(dice.below(static_cast<int>(letters.size())))];
      switch (dice.below(4)) {
        case 0:
          text[at] = letter;
          break;
        case 1:
          text.insert(at, 1, letter);
          break;
        case 2:
          text.erase(at, 1 + static_cast<std::size_t>(dice.below(8)));
          break;
        default:
          text.resize(std::max<std::size_t>(at, 1));
          break;
      }
    }
    try {
      parse_architecture(text, "damaged.json");
    } catch (const InputError& error) {
      for (const InputIssue& issue : error.issues()) {
        ASSERT_FALSE(issue.message.empty()) << text;
        ASSERT_THAT(issue.text(), ::testing::StartsWith("damaged.json")) << text;
        // A report in JSON must be able to hold every message.
        ASSERT_NO_THROW(nlohmann::json(issue.text()).dump()) << issue.text();
      }
    }
  }
}

TEST(Robustness, RandomOverridesNeverEndInAnythingButAnInputError) {
  const std::string letters = "/~01=adcbits{}\"[]:,. uSV-";
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    std::string text = dice.below(2) == 0 ? "/adc/bits=" : "/";
    for (int length = dice.below(12); length > 0; --length)
      text += letters[static_cast<std::size_t>(dice.below(static_cast<int>(letters.size())))];
    try {
      load_architecture("rram_1t1r_128", {text});
    } catch (const InputError& error) {
      ASSERT_FALSE(error.issues().empty());
    }
  }
}

}  // namespace
}  // namespace nvcim
