// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Text files that vouch for themselves: a first line with format and version, and a last line "end FINGERPRINT" with
/// the FNV-1a of every byte before it.
namespace nvcim::mapping {

/// One format.
struct SummedText {
  std::string_view magic;    ///< first line without the version: "nvcim write plan "
  std::string_view version;  ///< the one that this program reads and writes
  std::string_view what;     ///< for messages: "a write plan of nvcim"
};

/// With its line end.
std::string first_line(const SummedText& format);
/// The text with its last line.
std::string summed(std::string text);

/// 16 hexadecimal digits.
std::string hexadecimal(std::uint64_t value);
/// Line ends replaced by blanks.
std::string one_line(std::string text);

/// Reads the lines between the first and the last. Errors (InputError, with the file and the line): everywhere.
class SummedLines {
 public:
  /// Checks both ends: of another format or version, cut off, damaged. `text` must outlive the reader.
  SummedLines(std::string file, std::string_view text, const SummedText& format);

  std::string_view next();
  /// The rest of the next line, which must begin with `word`.
  std::string_view after(std::string_view word);
  bool at_end() const { return at_ == text_.size(); }
  int number() const { return number_; }  ///< of the line read last
  const std::string& file() const { return file_; }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::string file_;
  std::string_view text_;
  std::size_t at_ = 0;
  int number_ = 0;
};

}  // namespace nvcim::mapping
