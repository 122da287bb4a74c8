// SPDX-License-Identifier: Apache-2.0
#include "arch/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "arch/cross_checks.h"
#include "arch/json_input.h"
#include "arch/parameter_reader.h"
#include "arch/parameter_writer.h"
#include "arch/presets.h"
#include "arch/printable.h"

namespace nvcim {
namespace {

using nlohmann::json;

constexpr const char* kOverrideOrigin = "--set";

/// Reads the chain of layers, the innermost "extends" first, each over the one before.
class Loader {
 public:
  void load_name(const std::string& name_or_file) {
    top_ = name_or_file;
    if (const auto text = preset_text(name_or_file)) {
      result_.name = name_or_file;
      load_text(*text, name_or_file, {}, 0);
      return;
    }
    const std::filesystem::path path(name_or_file);
    std::error_code ignored;
    if (!looks_like_file(name_or_file) && !std::filesystem::exists(path, ignored)) {
      issues_.push_back({"", "",
                         fmt::format("\"{}\" is neither a preset nor a file; {}", name_or_file,
                                     suggestion(name_or_file, preset_names()))});
      return;
    }
    result_.name = printable(path.stem().string());
    load_file(path, 0);
  }

  void load_top_text(std::string_view text, const std::string& origin) {
    top_ = origin;
    result_.name = printable(std::filesystem::path(origin).stem().string());
    load_text(text, origin, {}, 0);
  }

  void apply_override(const std::string& given) {
    const std::string override_text = valid_utf8(given);  // a file is checked by the parser, an argument by nobody
    const std::size_t equals = override_text.find('=');
    const std::string pointer = override_text.substr(0, equals);
    const auto fail = [&](std::string message) { issues_.push_back({kOverrideOrigin, pointer, std::move(message)}); };
    if (equals == std::string::npos) return fail("has no '='; write --set /adc/bits=6");
    if (pointer.size() < 2 || pointer.front() != '/')
      return fail("the path is a JSON pointer and starts with '/'; write --set /adc/bits=6");
    if (pointer == "/extends" || pointer == "/$schema") return fail("belongs in the file and cannot be set");
    if (override_text.find_first_not_of(" \t", equals + 1) == std::string::npos)
      return fail("has no value behind '='; for an empty text write '" + pointer + "=\"\"'");
    json layer = override_value(override_text.substr(equals + 1));
    try {
      for (json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
        json outer = json::object();
        outer[at.back()] = std::move(layer);
        layer = std::move(outer);
      }
    } catch (const json::exception&) {
      return fail("is not a JSON pointer ('~' is written ~0, '/' in a name ~1); write --set /adc/bits=6");
    }
    read_layer(layer, kOverrideOrigin);
  }

  Architecture finish(const FurtherCheck& further_check) {
    std::vector<Contradiction> contradictions = cross_check(result_, layers_of_parameters());
    if (further_check)
      for (Contradiction& contradiction : further_check(result_)) contradictions.push_back(std::move(contradiction));
    const std::vector<InputIssue> faults = issues_;
    for (const Contradiction& contradiction : contradictions) {
      const bool already_wrong = std::any_of(contradiction.pointers.begin(), contradiction.pointers.end(),
                                             [&](const std::string& pointer) { return concerns(faults, pointer); });
      if (!already_wrong && !unusable_)
        issues_.push_back({origin_of(contradiction), contradiction.pointers.front(), contradiction.message});
    }
    if (!issues_.empty()) throw InputError(std::move(issues_));
    return std::move(result_);
  }

 private:
  struct Layer {
    std::string origin;
    std::set<std::string> given;
  };

  static bool looks_like_file(const std::string& text) {
    return text.find('/') != std::string::npos || text.find('\\') != std::string::npos || text.ends_with(".json");
  }

  static json override_value(const std::string& text) {
    std::vector<InputIssue> unused;
    std::optional<json> value = parse_json(text, "", unused);
    return value && unused.empty() ? *value : json(text);
  }

  void load_file(const std::filesystem::path& path, int depth) {
    const std::optional<std::string> text = read_text_file(path, issues_);
    if (!text) {
      unusable_ = true;
      return;
    }
    load_text(*text, path.string(), path, depth);
  }

  void load_text(std::string_view text, const std::string& origin, const std::filesystem::path& path, int depth) {
    const std::optional<json> document = parse_json(text, origin, issues_);
    if (!document) {
      unusable_ = true;
      return;
    }
    if (!document->is_object()) {
      issues_.push_back({origin, "", shown(*document) + " is not an object {...}"});
      unusable_ = true;
      return;
    }
    std::error_code error;
    std::filesystem::path identity =
        path.empty() ? std::filesystem::path(origin) : std::filesystem::weakly_canonical(path, error);
    open_.push_back(identity.string());
    if (document->contains("extends")) load_base((*document)["extends"], origin, path, depth);
    open_.pop_back();
    read_layer(*document, origin);
  }

  void load_base(const json& base, const std::string& origin, const std::filesystem::path& path, int depth) {
    const auto fail = [&](std::string message) {
      issues_.push_back({origin, "/extends", std::move(message)});
      unusable_ = true;
    };
    if (!base.is_string()) return fail(shown(base) + " is not text; name a preset or a file");
    const std::string name = base.get<std::string>();
    if (depth + 1 > kMaxExtends) return fail(fmt::format("more than {} files extend each other", kMaxExtends));
    if (!looks_like_file(name)) {
      const auto text = preset_text(name);
      if (!text)
        return fail(fmt::format("\"{}\" is not a preset; {}, or a file's name that ends in .json", name,
                                suggestion(name, preset_names())));
      if (std::find(open_.begin(), open_.end(), name) != open_.end()) return fail(cycle(name));
      load_text(*text, name, {}, depth + 1);
      return;
    }
    const std::filesystem::path file = path.parent_path() / name;
    std::error_code error;
    const std::string identity = std::filesystem::weakly_canonical(file, error).string();
    if (std::find(open_.begin(), open_.end(), identity) != open_.end()) return fail(cycle(identity));
    if (!std::filesystem::is_regular_file(file, error))
      return fail(fmt::format("\"{}\": there is no file {}", name, file.string()));
    load_file(file, depth + 1);
  }

  std::string cycle(const std::string& again) const {
    std::string text = "goes in a circle: ";
    for (auto at = std::find(open_.begin(), open_.end(), again); at != open_.end(); ++at) text += *at + " -> ";
    return text + again;
  }

  void read_layer(const json& document, const std::string& origin) {
    layers_.push_back({origin, {}});
    ParameterReader reader(document, origin, "", issues_, layers_.back().given, result_.comments);
    result_.describe(reader);
    if (origin != kOverrideOrigin) {
      reader.ignore("$schema");
      reader.ignore("extends");
      if (document.contains("$schema") && !document["$schema"].is_string())
        issues_.push_back({origin, "/$schema", shown(document["$schema"]) + " is not text"});
    }
    reader.finish();
  }

  ParameterLayers layers_of_parameters() const {
    ParameterLayers out;
    int number = 0;
    for (const Layer& layer : layers_) {
      ++number;
      // All overrides together are one layer: their order is no decision.
      const bool is_override = layer.origin == kOverrideOrigin;
      for (const std::string& pointer : layer.given) out[pointer] = is_override ? kOverrideLayer : number;
    }
    return out;
  }

  /// Whether one of the faults lies at, above or below `pointer`.
  static bool concerns(const std::vector<InputIssue>& faults, const std::string& pointer) {
    return std::any_of(faults.begin(), faults.end(), [&](const InputIssue& fault) {
      return fault.pointer == pointer || pointer.starts_with(fault.pointer + "/") ||
             fault.pointer.starts_with(pointer + "/");
    });
  }

  /// The last layer that gave one of the values: the one most likely to be changed.
  std::string origin_of(const Contradiction& contradiction) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
      for (const std::string& pointer : contradiction.pointers)
        if (layer->given.contains(pointer)) return layer->origin;
    return top_;
  }

  Architecture result_;
  std::string top_;
  std::vector<InputIssue> issues_;
  std::vector<Layer> layers_;
  std::vector<std::string> open_;
  bool unusable_ = false;  ///< a layer is missing, so comparing values would mislead
};

}  // namespace

Architecture load_architecture(const std::string& name_or_file, const std::vector<std::string>& set_overrides,
                               const FurtherCheck& further_check) {
  Loader loader;
  loader.load_name(name_or_file);
  for (const std::string& override_text : set_overrides) loader.apply_override(override_text);
  return loader.finish(further_check);
}

Architecture parse_architecture(std::string_view text, const std::string& origin,
                                const std::vector<std::string>& set_overrides, const FurtherCheck& further_check) {
  Loader loader;
  loader.load_top_text(text, origin);
  for (const std::string& override_text : set_overrides) loader.apply_override(override_text);
  return loader.finish(further_check);
}

nlohmann::ordered_json to_json(const Architecture& architecture) {
  Architecture copy = architecture;
  ParameterWriter writer(copy.comments);
  copy.describe(writer);
  return writer.take();
}

nlohmann::ordered_json to_json_without_comments(const Architecture& architecture) {
  Architecture copy = architecture;
  copy.comments.clear();
  return to_json(copy);
}

}  // namespace nvcim
