// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/studies/options/describe.h"

namespace nvcim::sim {

/// What a study says of the options of every command. Apart from them, as clang 14 needs it.
struct CommonSpecial {
  Decides seed = Decides::outcome, threads = Decides::nothing;
  const void* seed_moot_with = nullptr;  ///< as About::moot_with
};

/// Options that every command takes.
struct CommonOptions {
  std::filesystem::path out;  ///< empty: not given
  std::uint64_t seed = 1;
  std::optional<int> wanted_threads;  ///< see cli::thread_count()
  std::vector<std::string> set;       ///< "/json/pointer=value"
  bool quiet = false;
  bool json = false;

  using Special = CommonSpecial;

  template <class V>
  void describe(V& v, const Special& special = {}) {
    v.heading(kOfEveryCommand);
    v.text("--out", out, {.value = "DIR", .is_path = true}, "Folder to write to", {.decides = Decides::nothing});
    v.whole("--seed", seed, {}, "Seed of every random draw",
            {.decides = special.seed, .moot_with = special.seed_moot_with});
    v.whole("--threads", wanted_threads, kCount,
            "Threads; as many as there are CPUs for them when not given. Results do not depend on it",
            {.decides = special.threads});
    v.words("--set", set, {.value = "/json/pointer=value"},
            "Replace one parameter of the architecture, e.g. --set /adc/bits=6; repeatable",
            {.decides = Decides::input});
    v.flag("--quiet", quiet, "Print nothing but errors", {.decides = Decides::nothing});
    v.flag("--json", json, "Print JSON on standard output instead of text", {.decides = Decides::nothing});
    v.heading("");
  }

  bool operator==(const CommonOptions&) const = default;
};

/// Option of every command that writes a result folder.
template <class V>
void describe_force(V& v, bool& force) {
  v.flag("--force", force, "Replace a former result in --out", {.decides = Decides::nothing});
}

}  // namespace nvcim::sim
