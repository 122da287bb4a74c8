// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sim/studies/options/describe.h"

namespace nvcim::sim {

/// Visitor of `describe`: gives options values that a user can give them. An option that may not stand beside another
/// is left alone.
class RandomValues {
 public:
  /// @param only  index of the one option to change, to another value; negative: every option by chance
  explicit RandomValues(std::uint64_t seed, int only = -1) : random_(seed), only_(only) {}

  void heading(const char*) {}
  template <class G>
  void include(G& group) {
    group.describe(*this);
  }
  template <class T>
  void whole(const char*, T& member, const Whole& range, const char*, const About& about = {}) {
    using Number = typename ValueOf<T>::Type;
    const Number least = static_cast<Number>(range.least), most = range.most_of<Number>();
    fill(member, about, [&]() -> Number {
      switch (draw(4)) {
        case 0:
          return least;
        case 1:
          return most;
        case 2:
          return std::uniform_int_distribution<Number>(least, most)(random_);
        default:
          return least + static_cast<Number>(draw(std::min<std::uint64_t>(100, most - least + (most - least < 100))));
      }
    });
  }
  template <class T>
  void number(const char*, T& member, const Range& range, const char*, const About& about = {}) {
    fill(member, about, [&] { return within(range); });
  }
  template <class T>
  void share(const char*, T& member, const Range& range, const char*, const About& about = {}) {
    fill(member, about, [&] { return within(range); });
  }
  void shares(const char*, std::vector<double>& member, const Range& range, const char*, const About& about = {}) {
    fill_list(member, about, [&] { return within(range); });
  }
  template <class T>
  void choice(const char*, T& member, const char*, const About& about = {}) {
    using E = typename ValueOf<T>::Type;
    fill(member, about, [&] { return any_of(choices_of<E>()); });
  }
  template <class E>
  void choices(const char*, std::vector<E>& member, const char*, const About& about = {}) {
    fill_list(member, about, [&] { return any_of(choices_of<E>()); });
  }
  void quantity(const char*, std::string& member, const Quantity& kind, const char*, const About& about = {}) {
    fill(member, about, [&] { return fmt::format("{} m{}", within(kPositiveShare), kind.symbol); });
  }
  template <class T>
  void text(const char*, T& member, const TextKind& kind, const char*, const About& about = {}) {
    fill(member, about, [&]() -> T { return any_of(texts_of(kind)); });
  }
  void texts(const char*, std::vector<std::string>& member, const TextKind& kind, const char*,
             const About& about = {}) {
    fill_list(member, about, [&] { return any_of(texts_of(kind)); });
  }
  void words(const char*, std::vector<std::string>& member, const TextKind&, const char*, const About& about = {}) {
    fill_list(member, about, [&] {
      return any_of(std::vector<std::string>{"/adc/bits=6", "/device/sigma=0.2", "/chip/description=a b's", "/x=1,2"});
    });
  }
  template <class T>
  void coded(const char*, std::vector<T>& member, const TextKind& kind, const char*, const About& about = {}) {
    fill_list(member, about, [&] { return CodedOption<T>::value(any_of(texts_of(kind))); });
  }
  void flag(const char*, bool& member, const char*, const About& about = {}) {
    fill(member, about, [&] { return true; });
  }

  /// Options seen, and whether the one was changed.
  int seen() const { return seen_; }
  bool changed_it() const { return !changed_.empty(); }

 private:
  template <class E>
  static std::vector<E> choices_of() {
    std::vector<E> values;
    for (const auto& entry : EnumNames<E>::all) values.push_back(entry.value);
    return values;
  }
  /// What such an option takes: names, paths, methods, normalisations.
  static std::vector<std::string> texts_of(const TextKind& kind) {
    std::vector<std::string> texts;
    for (const char* text : {"swim_paper", "rram_1t1r_128", "lenet_mnist_4b", "vgg8", "mnist", "cifar10", "none", "all",
                             "swim", "random", "magnitude/row", "swim/weight/per_time", "layer_order/cell", "in_situ",
                             "file:/a folder/scores.txt", "0.5/0.25", "0.485,0.456,0.406/0.229,0.224,0.225"})
      if (kind.wrong != nullptr ? kind.wrong(text).empty() : kind.is_name != nullptr && kind.is_name(text))
        texts.emplace_back(text);
    if (kind.wrong == nullptr) texts.insert(texts.end(), {"/a/whole/path.json", "/with blanks/and 'quotes'"});
    return texts;
  }
  template <class T>
  T any_of(const std::vector<T>& values) {
    return values[draw(values.size())];
  }
  std::uint64_t draw(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
  }
  double within(const Range& range) {
    const double low = std::max(range.low, -1e6), high = std::min(range.high, 1e6);
    if (draw(8) == 0 && range.with_low) return low;
    if (draw(8) == 0 && range.with_high) return high;
    // Of any number of digits.
    double value = std::uniform_real_distribution<double>(low, high)(random_);
    if (draw(2) == 0) value = std::stod(fmt::format("{:.2g}", value));
    return range.holds(value) && value >= low && value <= high ? value : (low + high) / 2;
  }
  bool may_change(const void* member, const About& about) {
    const int index = seen_++;
    if (only_ >= 0) return index == only_;
    if (draw(2) == 0) return false;
    if (about.needs != nullptr && !changed_.contains(about.needs)) return false;
    if (closed_.contains(member)) return false;
    for (const void* other : about.excludes)
      if (other != nullptr && changed_.contains(other)) return false;
    if (changed_.contains(about.moot_with)) return false;
    if (about.moot_with != nullptr) closed_.insert(about.moot_with);
    return true;
  }
  template <class T, class Value>
  void fill(T& member, const About& about, const Value& value) {
    if (!may_change(&member, about)) return;
    const T before = member;
    for (int turn = 0; turn < 100 && member == before; ++turn) {
      member = value();
      if (only_ < 0) break;
    }
    if (!(member == before)) changed_.insert(&member);
  }
  template <class T, class Value>
  void fill_list(std::vector<T>& member, const About& about, const Value& value) {
    fill(member, about, [&] {
      std::vector<T> list(1 + draw(4));
      for (T& one : list) one = value();
      return list;
    });
  }

  std::mt19937_64 random_;
  int only_;
  int seen_ = 0;
  std::set<const void*> changed_, closed_;
};

}  // namespace nvcim::sim
