// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/cli/option_values.h"
#include "sim/studies/options/describe.h"

namespace nvcim::cli {

/// Visitor of `describe` (sim/studies/options/describe.h): gives a command the options that fill a request, with the
/// checks, type names and defaults that its help shows.
class OptionAdder {
 public:
  /// @param command  the request has to live as long as it is parsed
  explicit OptionAdder(CLI::App& command) : command_(command) {}

  void heading(const char* title) { heading_ = *title == '\0' ? "Options" : title; }
  template <class G>
  void include(G& group) {
    const std::string before = heading_;
    group.describe(*this);
    heading_ = before;
  }
  template <class T>
  void whole(const char* name, T& member, const sim::Whole& range, const char* doc, const sim::About& about = {}) {
    using Number = typename sim::ValueOf<T>::Type;
    CLI::Option* const option = add_value(name, member, doc, about, "N");
    const Number most = range.most_of<Number>();
    if constexpr (std::is_signed_v<Number>)
      option->check(is_whole(static_cast<Number>(range.least), most));
    else
      option->check(at_most(most));
  }
  template <class T>
  void number(const char* name, T& member, const sim::Range& range, const char* doc, const sim::About& about = {}) {
    add_number(name, member, doc, about, "X")->check(is_number(range));
  }
  template <class T>
  void share(const char* name, T& member, const sim::Range& range, const char* doc, const sim::About& about = {}) {
    add_number(name, member, doc, about, "SHARE")->transform(is_share(range));
  }
  void shares(const char* name, std::vector<double>& member, const sim::Range& range, const char* doc,
              const sim::About& about = {}) {
    const auto read = [&member](const std::vector<std::string>& texts) {
      member.clear();
      for (const std::string& text : texts) member.push_back(parse_number(text).value());
    };
    std::vector<std::string> now;
    for (const double value : member) now.push_back(fmt::format("{}", value));
    CLI::Option* const option = command_.add_option_function<std::vector<std::string>>(name, read, doc);
    list(finish(option, &member, about, "SHARE,…", list_text(now)))->transform(is_share(range));
  }
  template <class T>
  void choice(const char* name, T& member, const char* doc, const sim::About& about = {}) {
    using Choice = typename sim::ValueOf<T>::Type;
    CLI::Option* const option = command_.add_option_function<std::string>(
        name, [&member](const std::string& text) { member = *sim::choice_of<Choice>(text); }, doc);
    std::string now;
    if constexpr (!sim::kIsOptional<T>) now = choice_text(member);
    finish(option, &member, about, "NAME", now)->check(is_one_of(sim::choice_texts<Choice>()));
  }
  template <class E>
  void choices(const char* name, std::vector<E>& member, const char* doc, const sim::About& about = {}) {
    const auto read = [&member](const std::vector<std::string>& texts) {
      member.clear();
      for (const std::string& text : texts) member.push_back(*sim::choice_of<E>(text));
    };
    std::vector<std::string> now;
    for (const E value : member) now.emplace_back(choice_text(value));
    CLI::Option* const option = command_.add_option_function<std::vector<std::string>>(name, read, doc);
    list(finish(option, &member, about, "NAME,…", list_text(now)))->check(is_one_of(sim::choice_texts<E>()));
  }
  void quantity(const char* name, std::string& member, const sim::Quantity& kind, const char* doc,
                const sim::About& about = {}) {
    add_value(name, member, doc, about, kind.value);  // its unit is checked with the other inputs
  }
  template <class T>
  void text(const char* name, T& member, const sim::TextKind& kind, const char* doc, const sim::About& about = {}) {
    checked(add_value(name, member, doc, about, kind.value), kind);
  }
  void texts(const char* name, std::vector<std::string>& member, const sim::TextKind& kind, const char* doc,
             const sim::About& about = {}) {
    checked(list(add_value(name, member, doc, about, kind.value)), kind);
  }
  void words(const char* name, std::vector<std::string>& member, const sim::TextKind& kind, const char* doc,
             const sim::About& about = {}) {
    checked(add_value(name, member, doc, about, kind.value)->allow_extra_args(false), kind);
  }
  template <class T>
  void coded(const char* name, std::vector<T>& member, const sim::TextKind& kind, const char* doc,
             const sim::About& about = {}) {
    const auto read = [&member](const std::vector<std::string>& texts) {
      member.clear();
      for (const std::string& text : texts) member.push_back(sim::CodedOption<T>::value(text));
    };
    std::vector<std::string> now;
    for (const T& value : member) now.push_back(sim::CodedOption<T>::text(value));
    CLI::Option* const option = command_.add_option_function<std::vector<std::string>>(name, read, doc);
    checked(list(finish(option, &member, about, kind.value, list_text(now))), kind);
  }
  void flag(const char* name, bool& member, const char* doc, const sim::About& about = {}) {
    finish(command_.add_flag(name, member, doc), &member, about, nullptr, "");
  }

 private:
  /// CLI11 would read a long double first and round twice.
  template <class T>
  CLI::Option* add_number(const char* name, T& member, const char* doc, const sim::About& about, const char* value) {
    const auto read = [&member](const std::string& text) { member = parse_number(text).value(); };
    std::string now;
    if constexpr (!sim::kIsOptional<T>) now = fmt::format("{}", member);
    return finish(command_.add_option_function<std::string>(name, read, doc), &member, about, value, now);
  }
  template <class T>
  CLI::Option* add_value(const char* name, T& member, const char* doc, const sim::About& about, const char* value) {
    CLI::Option* const option = command_.add_option(name, member, doc);
    if constexpr (!sim::kIsOptional<T>)
      if (about.shows_default && !is_empty_list(member)) option->capture_default_str();
    return finish(option, &member, about, value, "");
  }
  template <class T>
  static bool is_empty_list(const std::vector<T>& list) {
    return list.empty();
  }
  static bool is_empty_list(const auto&) { return false; }
  static CLI::Option* list(CLI::Option* option) { return option->delimiter(',')->allow_extra_args(false); }
  static void checked(CLI::Option* option, const sim::TextKind& kind);
  static std::string list_text(const std::vector<std::string>& texts);
  /// @param value  name of the value, where nothing else is said; null: a flag, or CLI11's own
  /// @param now    default to show; empty: none, or already there
  CLI::Option* finish(CLI::Option* option, const void* member, const sim::About& about, const char* value,
                      const std::string& now);

  CLI::App& command_;
  std::string heading_ = "Options";
  std::map<const void*, CLI::Option*> options_;
};

/// Gives a command all options of a request.
template <class R>
void add_options(CLI::App& command, R& request) {
  OptionAdder adder(command);
  request.describe(adder);
}

}  // namespace nvcim::cli
