// SPDX-License-Identifier: Apache-2.0
#include "mapping/summed_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/fingerprint.h"
#include "arch/input_error.h"

namespace nvcim::mapping {
namespace {

constexpr std::string_view kLastLine = "end ";

/// The text before the last line, once that line has vouched for it.
std::string_view checked_body(const std::string& file, std::string_view text, const SummedText& format) {
  if (!text.starts_with(format.magic)) throw InputError(file, "", fmt::format("is not {}", format.what));
  const std::string_view version = text.substr(format.magic.size(), text.find('\n') - format.magic.size());
  if (version != format.version)
    throw InputError(file, "line 1",
                     fmt::format("version {} of the format; this program reads {}", version, format.version));
  const std::size_t last = text.size() < 2 ? 0 : text.rfind('\n', text.size() - 2) + 1;
  const std::string_view line = text.substr(last);
  if (!line.starts_with(kLastLine) || !line.ends_with('\n') || line.size() != kLastLine.size() + 16 + 1)
    throw InputError(file, fmt::format("byte {}", text.size()), "is cut off: the last line is not the check sum");
  const std::string_view body = text.substr(0, last);
  const std::string expected = hexadecimal(fingerprint(body.data(), body.size()));
  const std::string_view found = line.substr(kLastLine.size(), 16);
  if (found != expected)
    throw InputError(file, "", fmt::format("is damaged: its check sum is {}, but the file says {}", expected, found));
  return body;
}

}  // namespace

std::string first_line(const SummedText& format) {
  return fmt::format("{}{}\n", format.magic, format.version);
}

std::string summed(std::string text) {
  return text + std::string(kLastLine) + hexadecimal(fingerprint(text.data(), text.size())) + "\n";
}

std::string hexadecimal(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

SummedLines::SummedLines(std::string file, std::string_view text, const SummedText& format)
    : file_(std::move(file)), text_(checked_body(file_, text, format)) {
  next();
}

std::string_view SummedLines::next() {
  const std::size_t end = text_.find('\n', at_);
  if (end == std::string_view::npos) fail("a line is missing after it");
  const std::string_view line = text_.substr(at_, end - at_);
  at_ = end + 1;
  ++number_;
  return line;
}

std::string_view SummedLines::after(std::string_view word) {
  const std::string_view line = next();
  if (!line.starts_with(word)) fail(fmt::format("does not begin with \"{}\"", word));
  return line.substr(word.size());
}

void SummedLines::fail(const std::string& what) const {
  throw InputError(file_, fmt::format("line {}", number_), what);
}

}  // namespace nvcim::mapping
