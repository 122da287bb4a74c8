// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "arch/check.h"
#include "arch/input_error.h"

namespace nvcim::sim {
namespace {

constexpr const char* kTitle = "nvcim journal of ";

}  // namespace

Journal::Journal(std::filesystem::path file, const std::string& identity) : file_(std::move(file)) {
  if (file_.empty()) return;
  std::error_code error;
  for (std::filesystem::path folder = file_.parent_path(); !folder.empty() && !std::filesystem::exists(folder, error);
       folder = folder.parent_path())
    made_.insert(made_.begin(), folder);
  for (const std::filesystem::path& folder : made_) std::filesystem::create_directory(folder, error);
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw InputError(file_.string(), "", fmt::format("cannot be written: {}", std::strerror(errno)));
  try {
    // File systems without locks are used without them.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw InputError(file_.string(), "", "is being written by another process");
    read(kTitle + identity + "\n");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Journal::~Journal() {
  if (descriptor_ < 0) return;
  if (!has_outcomes_) {
    ::unlink(file_.c_str());
    std::error_code ignored;  // others may have put something there
    for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) std::filesystem::remove(*folder, ignored);
  }
  ::close(descriptor_);
}

void Journal::read(const std::string& first_line) {
  std::string text;
  std::array<char, 65536> buffer;
  for (ssize_t count; (count = ::read(descriptor_, buffer.data(), buffer.size())) != 0;) {
    if (count < 0) throw InputError(file_.string(), "", fmt::format("cannot be read: {}", std::strerror(errno)));
    text.append(buffer.data(), std::size_t(count));
  }
  // Whatever follows the last line end was cut short by a kill.
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  if (!text.empty() && !text.starts_with(first_line))
    throw InputError(file_.string(), "",
                     text.starts_with(kTitle)
                         ? "belongs to another job (another architecture, network, data, seed or choice of options); "
                           "remove it, or name another result folder"
                         : "is not a journal of nvcim");
  for (std::size_t begin = first_line.size(); begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    int unit = -1;
    const char* const line_end = text.c_str() + end;
    const auto [stop, error] = std::from_chars(text.c_str() + begin, line_end, unit);
    if (error != std::errc() || unit < 0 || *stop != ' ' || stop + 1 == line_end)
      throw InputError(file_.string(), fmt::format("byte {}", begin), "is not a line of a journal");
    found_[unit] = std::string(stop + 1, line_end);
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
  append(fmt::format("{} {}\n", unit, outcome));
  has_outcomes_ = true;
}

}  // namespace nvcim::sim
