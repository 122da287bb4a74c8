// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_journal.h"

#include <fmt/format.h>

#include <cstdio>
#include <sstream>

#include "arch/input_error.h"

namespace nvcim::sim {
namespace fs = std::filesystem;

SweepJournal::SweepJournal(fs::path file, const std::string& identity) : file_(std::move(file)) {
  if (file_.empty()) return;
  const std::string first_line = "nvcim sweep " + identity;
  std::uintmax_t keep = 0;
  if (fs::exists(file_) && fs::file_size(file_) > 0) {
    std::ifstream in(file_, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    const std::string text = all.str();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      if (end == std::string::npos) break;  // cut short by a kill
      const std::string line = text.substr(begin, end - begin);
      if (begin == 0) {
        if (line != first_line)
          throw InputError(file_.string(), "",
                           line.starts_with("nvcim sweep ")
                               ? "holds another sweep (architecture, network, data, seed, budgets or methods differ)"
                               : "is not the journal of a sweep");
      } else {
        int method = 0, budget = 0, instance = 0, correct = 0, read = 0;
        const int fields = std::sscanf(line.c_str(), "%d %d %d %d%n", &method, &budget, &instance, &correct, &read);
        if (fields != 4 || std::size_t(read) != line.size() || correct < 0)
          throw InputError(file_.string(), fmt::format("byte {}", begin), "is not a line of a sweep's journal");
        done_[{method, budget, instance}] = correct;
      }
      begin = end + 1;
      keep = begin;
    }
    std::error_code error;
    fs::resize_file(file_, keep, error);
    if (error) throw InputError(file_.string(), "", "cannot be written: " + error.message());
  }
  out_.open(file_, std::ios::binary | std::ios::app);
  if (keep == 0) out_ << first_line << '\n' << std::flush;
  if (!out_) throw InputError(file_.string(), "", "cannot be written");
}

int SweepJournal::find(const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = done_.find(key);
  return found == done_.end() ? -1 : found->second;
}

void SweepJournal::add(const Key& key, int correct) {
  const std::lock_guard lock(mutex_);
  done_[key] = correct;
  if (file_.empty()) return;
  const auto [method, budget, instance] = key;
  out_ << fmt::format("{} {} {} {}\n", method, budget, instance, correct) << std::flush;
  if (!out_) throw InputError(file_.string(), "", "cannot be written");
}

}  // namespace nvcim::sim
