// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "arch/check.h"
#include "arch/input_error.h"
#include "sim/studies/options/describe.h"

/// The options of a described request with their values as text, and what is made of them.
namespace nvcim::sim {

/// A path as it is named in another folder.
using Relocate = std::function<std::string(const std::string& path)>;

/// One option and its value.
struct ListedOption {
  std::string name;  ///< "--samples", or "ARCH" for one that goes by its place
  bool by_place = false;
  bool of_every_command = false;
  const void* member = nullptr;  ///< of the request
  About about;
  bool given = false;  ///< there is something to say
  bool is_flag = false;
  std::vector<std::string> texts;  ///< the value as words; several for an option that is given once for each
  nlohmann::ordered_json value;    ///< null where nothing is given
  std::string issue;               ///< what a library caller got wrong; empty: nothing
};

/// Visitor of `describe`: fills a list.
class OptionLister {
 public:
  explicit OptionLister(Relocate relocate = {}) : relocate_(std::move(relocate)) {}

  void heading(const char* title) { of_every_command_ = std::string_view(title) == kOfEveryCommand; }
  template <class G>
  void include(G& group) {
    const bool before = of_every_command_;
    group.describe(*this);
    of_every_command_ = before;
  }
  template <class T>
  void whole(const char* name, T& member, const Whole& range, const char*, const About& about = {}) {
    using Number = typename ValueOf<T>::Type;
    one(name, member, about, [&](const Number& value) { return whole_issue(value, range); });
  }
  template <class T>
  void number(const char* name, T& member, const Range& range, const char*, const About& about = {}) {
    one(name, member, about, [&](double value) { return number_issue(value, range, "a number"); });
  }
  template <class T>
  void share(const char* name, T& member, const Range& range, const char*, const About& about = {}) {
    one(name, member, about, [&](double value) { return number_issue(value, range, "a share"); });
  }
  void shares(const char* name, std::vector<double>& member, const Range& range, const char*, const About& about = {}) {
    ListedOption& option = add(name, &member, about);
    for (const double value : member)
      if (option.issue.empty()) option.issue = number_issue(value, range, "a share");
    list(option, member);
  }
  template <class T>
  void choice(const char* name, T& member, const char*, const About& about = {}) {
    one(name, member, about, [](const auto&) { return std::string(); });
  }
  template <class E>
  void choices(const char* name, std::vector<E>& member, const char*, const About& about = {}) {
    std::vector<std::string> texts;
    for (const E value : member) texts.emplace_back(choice_text(value));
    list(add(name, &member, about), texts);
  }
  void quantity(const char* name, std::string& member, const Quantity& kind, const char*, const About& about = {});
  template <class T>
  void text(const char* name, T& member, const TextKind& kind, const char*, const About& about = {}) {
    one_text(add(name, &member, about), std::filesystem::path(member).string(), kind);
  }
  void texts(const char* name, std::vector<std::string>& member, const TextKind& kind, const char*,
             const About& about = {});
  void words(const char* name, std::vector<std::string>& member, const TextKind& kind, const char*,
             const About& about = {});
  template <class T>
  void coded(const char* name, std::vector<T>& member, const TextKind& kind, const char*, const About& about = {}) {
    std::vector<std::string> texts;
    for (const T& value : member) texts.push_back(elsewhere(CodedOption<T>::text(value), kind));
    list(add(name, &member, about), texts);
  }
  void flag(const char* name, bool& member, const char*, const About& about = {});

  std::vector<ListedOption> take() { return std::move(options_); }

 private:
  static std::string number_issue(double value, const Range& range, const char* what);
  template <class T>
  static std::string whole_issue(T value, const Whole& range) {
    const T most = range.most_of<T>();
    if (value >= static_cast<T>(range.least) && value <= most) return "";
    return fmt::format("{} is not a whole number of {} to {}", value, range.least, most);
  }
  template <class T>
  static std::string word(const T& value) {
    if constexpr (std::is_enum_v<T>)
      return choice_text(value);
    else
      return fmt::format("{}", value);
  }
  template <class T>
  static nlohmann::ordered_json json(const T& value) {
    if constexpr (std::is_enum_v<T>)
      return choice_text(value);
    else
      return value;
  }
  template <class T, class Issue>
  void one(const char* name, const T& member, const About& about, const Issue& issue) {
    ListedOption& option = add(name, &member, about);
    const auto say = [&](const auto& value) {
      option.given = true;
      option.texts = {word(value)};
      option.value = json(value);
      option.issue = issue(value);
    };
    if constexpr (kIsOptional<T>) {
      if (member) say(*member);
    } else {
      say(member);
    }
  }
  template <class T>
  static void list(ListedOption& option, const std::vector<T>& values) {
    option.given = !values.empty();
    if (option.given) {
      option.texts = {fmt::format("{}", fmt::join(values, ","))};
      option.value = values;
    } else if (option.about.required) {
      option.issue = "none given";
    }
  }
  void one_text(ListedOption& option, const std::string& text, const TextKind& kind) const;
  ListedOption& add(const char* name, const void* member, const About& about);
  std::string elsewhere(const std::string& text, const TextKind& kind) const;

  Relocate relocate_;
  bool of_every_command_ = false;
  std::vector<ListedOption> options_;
};

/// @param request  described; it is not changed (a visitor of `describe` may)
template <class R>
std::vector<ListedOption> listed_options(const R& request, Relocate relocate = {}) {
  OptionLister lister(std::move(relocate));
  const_cast<R&>(request).describe(lister);
  return lister.take();
}

/// Name of the option that fills a member of the request.
template <class R>
std::string option_name(const R& request, const void* member) {
  for (const ListedOption& option : listed_options(request))
    if (option.member == member) return option.name;
  NVCIM_CHECK(false, "no option of the request fills that member");
}

/// Names of all of its options: "--a, --b and --c".
std::string joined_names(const std::vector<ListedOption>& options);
template <class R>
std::string option_names() {
  return joined_names(listed_options(R{}));
}

/// What is outside its range, as a library caller can make it. Pointers of issues are empty, files the options' names.
template <class R>
std::vector<InputIssue> option_issues(const R& request) {
  std::vector<InputIssue> issues;
  for (const ListedOption& option : listed_options(request))
    if (!option.issue.empty()) issues.push_back({option.name, "", option.issue});
  return issues;
}

/// Whether words say what is the default anyway.
enum class Defaults { said, left_out };

std::vector<std::string> command_words(const std::vector<ListedOption>& options,
                                       const std::vector<ListedOption>& defaults, Defaults said);
/// The words that give the same request again, behind the name of the command: every option that decides something,
/// but for defaults that another option leaves without a place.
template <class R>
std::vector<std::string> request_words(const R& request, Relocate relocate = {}, Defaults defaults = Defaults::said) {
  return command_words(listed_options(request, std::move(relocate)), listed_options(R{}), defaults);
}

nlohmann::ordered_json options_json(const std::vector<ListedOption>& options);
/// {"samples": 100, …}: every option that decides something and is given, by its name without hyphens in front.
template <class R>
nlohmann::ordered_json request_as_json(const R& request, Relocate relocate = {}) {
  return options_json(listed_options(request, std::move(relocate)));
}

/// One line per option that decides the outcome of a unit of work.
std::string outcome_text(const std::vector<ListedOption>& options, const std::vector<const void*>& leave_out = {});

}  // namespace nvcim::sim
