// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "arch/check.h"
#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/input_file.h"

namespace nvcim::sim {
namespace {

constexpr const char* kTitle = "nvcim journal 2 of ";
constexpr const char* kFormerTitle = "nvcim journal of ";  // lines without a check
constexpr std::size_t kDigits = 16;                        // of a check
constexpr off_t kSizeLimit = off_t{1} << 32;

}  // namespace

std::string journal_title(const std::string& identity) {
  return kTitle + identity;
}

std::string journal_line(const std::string& identity, int unit, std::string_view outcome) {
  const std::string checked = fmt::format("{}\n{} {}", identity, unit, outcome);
  return fmt::format("{} {:016x} {}", unit, fingerprint(checked.data(), checked.size()), outcome);
}

Journal::Journal(std::filesystem::path file, const std::string& identity)
    : file_(std::move(file)), identity_(identity) {
  if (file_.empty()) return;
  std::error_code error;
  for (std::filesystem::path folder = file_.parent_path(); !folder.empty() && !std::filesystem::exists(folder, error);
       folder = folder.parent_path())
    made_.insert(made_.begin(), folder);
  for (const std::filesystem::path& folder : made_) std::filesystem::create_directory(folder, error);
  try {
    descriptor_ = open_regular_file(file_, O_RDWR | O_CREAT | O_APPEND);
  } catch (...) {
    remove_folders();
    throw;
  }
  try {
    // File systems without locks are used without them.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw InputError(file_.string(), "", "is being written by another process");
    read();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Journal::~Journal() {
  if (descriptor_ < 0) return;
  if (!has_outcomes_) {
    ::unlink(file_.c_str());
    remove_folders();
  }
  ::close(descriptor_);
}

void Journal::remove_folders() {
  std::error_code ignored;  // others may have put something there
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) std::filesystem::remove(*folder, ignored);
}

void Journal::read_line(std::string_view text, int number) {
  const auto fail = [&](const std::string& message) {
    throw InputError(file_.string(), fmt::format("line {}", number), message);
  };
  const std::size_t unit_end = text.find(' '), check_end = unit_end + 1 + kDigits;
  int unit = -1;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + std::min(unit_end, text.size()), unit);
  const bool parts = error == std::errc() && unit >= 0 && unit_end != std::string_view::npos &&
                     stop == text.data() + unit_end && text.size() > check_end + 1 && text[check_end] == ' ';
  if (!parts || text != journal_line(identity_, unit, text.substr(check_end + 1)))
    fail(
        "does not have the check that it was written with: it was changed since. Remove this line and its work is done "
        "again, or remove the file to begin anew");
  if (!found_.emplace(unit, text.substr(check_end + 1)).second)
    fail(fmt::format("unit {} is there twice; remove this line", unit));
}

void Journal::read() {
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && status.st_size > kSizeLimit)
    throw InputError(file_.string(), "",
                     fmt::format("has {} bytes, more than the {} allowed", status.st_size, kSizeLimit));
  std::string text;
  std::array<char, 65536> buffer;
  for (ssize_t count; (count = ::read(descriptor_, buffer.data(), buffer.size())) != 0;) {
    if (count < 0) throw InputError(file_.string(), "", fmt::format("cannot be read: {}", std::strerror(errno)));
    text.append(buffer.data(), std::size_t(count));
  }
  const std::string first_line = journal_title(identity_) + "\n";
  // Whatever follows the last line end was cut short by a kill.
  const bool whole_line = text.find('\n') != std::string::npos;
  if (!whole_line && !first_line.starts_with(text))
    throw InputError(file_.string(), "", "is not a journal of nvcim; remove it, or name another result folder");
  text.resize(whole_line ? text.rfind('\n') + 1 : 0);
  if (!text.empty() && !text.starts_with(first_line))
    throw InputError(file_.string(), "",
                     text.starts_with(kTitle)
                         ? "belongs to another job (another architecture, network, data, seed or choice of options); "
                           "remove it, or name another result folder"
                     : text.starts_with(kFormerTitle)
                         ? "was written by an earlier version, whose lines carry no check; remove it to begin anew, or "
                           "name another result folder"
                         : "is not a journal of nvcim; remove it, or name another result folder");
  int number = 2;
  for (std::size_t begin = first_line.size(); begin < text.size(); ++number) {
    const std::size_t end = text.find('\n', begin);
    read_line(std::string_view(text).substr(begin, end - begin), number);
    begin = end + 1;
  }
  has_outcomes_ = !found_.empty();
  if (::ftruncate(descriptor_, off_t(text.size())) != 0)
    throw InputError(file_.string(), "", fmt::format("cannot be written: {}", std::strerror(errno)));
  if (text.empty()) append(first_line);
}

void Journal::append(const std::string& line) {
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw InputError(file_.string(), "", fmt::format("cannot be written: {}", std::strerror(errno)));
    written += std::size_t(count);
  }
}

void Journal::add(int unit, const std::string& outcome) {
  NVCIM_CHECK(unit >= 0 && !outcome.empty() && outcome.find('\n') == std::string::npos, "unit {}: \"{}\"", unit,
              outcome);
  if (descriptor_ < 0) return;
  append(journal_line(identity_, unit, outcome) + "\n");
  has_outcomes_ = true;
}

}  // namespace nvcim::sim
