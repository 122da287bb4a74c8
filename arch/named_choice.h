// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "arch/choices.h"

namespace nvcim {

/// A choice of the architecture file whose values are the rows of a table instead of an enumeration's cases: who adds a
/// row touches nothing else. `Table::rows` is a constant array of rows that have a `name` (as the file writes it) and a
/// `doc`, in the order of the documents.
template <class Table>
class NamedChoice {
 public:
  /// A name that the table lacks does not compile in a constant and is std::invalid_argument elsewhere.
  constexpr explicit NamedChoice(std::string_view name) : index_(index_of(name)) {}

  constexpr std::size_t index() const { return index_; }  ///< of the row
  constexpr const auto& row() const { return Table::rows[index_]; }

  bool operator==(const NamedChoice&) const = default;

 private:
  static constexpr std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < std::size(Table::rows); ++i)
      if (Table::rows[i].name == name) return i;
    throw std::invalid_argument("no row of that name");
  }

  std::size_t index_;
};

template <class Table>
struct EnumNames<NamedChoice<Table>> {
  static constexpr auto all = []<std::size_t... row>(std::index_sequence<row...>) {
    using Choice = NamedChoice<Table>;
    return std::array{EnumName<Choice>{Choice(Table::rows[row].name), Table::rows[row].name, Table::rows[row].doc}...};
  }
  (std::make_index_sequence<std::size(Table::rows)>{});
};

}  // namespace nvcim
