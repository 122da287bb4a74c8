// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arch/choices.h"

/// How the request of a study is described: a plain struct whose member initialisers are the defaults and whose
/// `describe` names every option once. The command line with its help and checks, the checks of a library caller, the
/// command that repeats the work, the identity of a journal and the request in manifest.json are visitors of it
/// (option_list.h, sim/cli/option_adder.h), so none of them can disagree.
///
/// A visitor offers (every one takes an `About` as its last argument, which may be left out):
///   whole(name, T&, Whole, doc)                 whole number; T: int, std::uint32_t, std::uint64_t
///   number(name, double&, Range, doc)           number
///   share(name, double&, Range, doc)            "0.05" or "5%"
///   shares(name, std::vector<double>&, Range, doc)      several of them, with commas
///   choice(name, E&, doc)                       one of EnumNames<E>
///   choices(name, std::vector<E>&, doc)         several of them, with commas
///   quantity(name, std::string&, Quantity, doc)         text with a unit; empty: not given
///   text(name, std::string&, TextKind, doc)             name, path or what TextKind allows; empty: not given; also of
///                                                       a std::filesystem::path
///   texts(name, std::vector<std::string>&, TextKind, doc)   several of them, with commas
///   words(name, std::vector<std::string>&, TextKind, doc)   several of them, the option once for each
///   coded(name, std::vector<T>&, TextKind, doc)         several values of a type with a CodedOption<T>, with commas
///   flag(name, bool&, doc)
///   include(group)         a struct with a `describe` of its own, which several studies share
///   heading(title)         of the options that follow, up to the end of the group
/// whole, number, share and choice also take a std::optional of their member: not given where it is empty.
/// A name is "--samples", "ARCH" (by its place on the command line) or both, "--model,NETWORK".
namespace nvcim::sim {

/// Heading of the options that every command has.
inline constexpr const char* kOfEveryCommand = "Options of every command";

/// What an option decides.
enum class Decides {
  outcome,  ///< the outcome of a unit of work: a journal of another value is another job's
  input,    ///< which input is loaded: a journal holds that input's fingerprint instead, wherever it lies
  report,   ///< how much is worked on or reported, not what a unit comes to: a journal may go on
  nothing,  ///< nothing in the result; a repeat leaves it out
};

/// What can be said of any option.
struct About {
  Decides decides = Decides::outcome;
  const char* value = nullptr;            ///< name of the value in help, where it is not the kind's own
  bool shows_default = true;              ///< in help
  const char* shown_default = nullptr;    ///< in help, where the member does not hold it
  bool required = false;                  ///< on the command line; of a list: it may not be empty
  const void* needs = nullptr;            ///< member whose option has to be given as well
  std::array<const void*, 2> excludes{};  ///< members whose options may not be given as well
  const void* moot_with = nullptr;        ///< member whose option, given, leaves this one without effect
  const void* moot_without = nullptr;     ///< the same of one that is not given
};

/// Ends of a range, and whether they belong to it.
struct Range {
  double low = 0, high = 1;
  bool with_low = true, with_high = true;
  bool holds(double value) const {
    return (with_low ? value >= low : value > low) && (with_high ? value <= high : value < high);
  }
};
inline constexpr double kNoEnd = std::numeric_limits<double>::infinity();
inline constexpr Range kAnyNumber{-kNoEnd, kNoEnd};
inline constexpr Range kAnyShare{};
inline constexpr Range kPositiveShare{.with_low = false};
inline constexpr Range kShareBelowOne{.with_high = false};
inline constexpr Range kOpenShare{.with_low = false, .with_high = false};
/// " from 0 to 1", " of at least 3"; empty for kAnyNumber.
std::string range_text(const Range& range);

/// Ends of a range of whole numbers; without `most`: what the member holds.
struct Whole {
  std::uint64_t least = 0, most = std::numeric_limits<std::uint64_t>::max();
  template <class T>
  T most_of() const {
    constexpr std::uint64_t kMost = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    return static_cast<T>(most < kMost ? most : kMost);
  }
};
inline constexpr Whole kCount{.least = 1};
inline constexpr Whole kCountOrAll{.least = 0};

/// A quantity that is given as text with its unit.
struct Quantity {
  const char* symbol;     ///< SI symbol, as UnitSymbol of arch/units.h
  const char* like;       ///< an example that suits
  const char* value;      ///< name of the value in help
  bool positive = false;  ///< 0 and below are refused
};

/// What is wrong with such a text, or nothing.
std::string quantity_issue(const std::string& text, const Quantity& kind);
/// The value in SI units; none where the text is empty or wrong.
std::optional<double> quantity_value(const std::string& text, const Quantity& kind);

/// What a text may be. A path keeps its meaning in another folder; a name does, too, by itself.
struct TextKind {
  const char* value = nullptr;                         ///< name of the value in help
  std::string (*wrong)(const std::string&) = nullptr;  ///< what is wrong with a text, or nothing
  bool is_path = false;                                ///< unless `is_name` says otherwise
  bool (*is_name)(const std::string&) = nullptr;       ///< what ships with the program wins over a file
  const char* path_behind = nullptr;                   ///< "file:": the rest of such a text is a path
};
inline constexpr TextKind kFile{.value = "FILE", .is_path = true};

/// How values of a type are read and written where it is no name out of a table:
///   static std::string wrong(const std::string& text)   what is wrong with it, or nothing
///   static T value(const std::string& text)             of one that is right
///   static std::string text(const T& value)
template <class T>
struct CodedOption;

/// The value of that text, or nothing.
template <class E>
std::optional<E> choice_of(std::string_view text) {
  for (const auto& entry : EnumNames<E>::all)
    if (text == entry.text) return entry.value;
  return std::nullopt;
}
template <class E>
std::vector<std::string> choice_texts() {
  std::vector<std::string> texts;
  for (const auto& entry : EnumNames<E>::all) texts.emplace_back(entry.text);
  return texts;
}

/// "pgdd is unknown; did you mean …?", or nothing where it is one of the names.
std::string unknown_name(const std::string& text, const std::vector<std::string>& names);

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
struct ValueOf {
  using Type = T;
};
template <class T>
struct ValueOf<std::optional<T>> {
  using Type = T;
};

}  // namespace nvcim::sim
