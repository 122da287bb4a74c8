// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/usable_cpus.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace nvcim::sim {
namespace fs = std::filesystem;
namespace {

/// The words of a file's first line; files of the kernel say nothing of their size.
std::vector<std::string> first_words(const fs::path& file) {
  std::ifstream in(file);
  std::string line, word;
  std::getline(in, line);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0)) return std::nullopt;  // "max", "-1"
  return value;
}

std::optional<double> quota_of(const fs::path& group) {
  std::optional<double> quota, period;
  if (const auto max = first_words(group / "cpu.max"); max.size() == 2) {
    quota = number(max[0]);
    period = number(max[1]);
  } else {
    const auto of_v1 = first_words(group / "cpu.cfs_quota_us"), per = first_words(group / "cpu.cfs_period_us");
    if (of_v1.size() == 1 && per.size() == 1) {
      quota = number(of_v1[0]);
      period = number(per[0]);
    }
  }
  if (!quota || !period) return std::nullopt;
  return *quota / *period;
}

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

}  // namespace

std::optional<double> cgroup_quota(const fs::path& membership, const fs::path& mount) {
  std::optional<double> least;
  std::ifstream in(membership);
  // "HIERARCHY:CONTROLLERS:PATH"; version 2 has no controllers there.
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !has_word(controllers, "cpu")) continue;
    const fs::path root = controllers.empty() ? mount : mount / "cpu";
    // Inside of a container the path may be the host's: then only the root is there, which is the container's group.
    fs::path group = fs::path(line.substr(second + 1)).lexically_normal().relative_path();
    while (true) {
      if (const std::optional<double> quota = quota_of(root / group)) least = std::min(least.value_or(*quota), *quota);
      if (group.empty()) break;
      group = group.parent_path();
    }
  }
  return least;
}

int usable_cpus(int processes) {
  const int share = std::max(1u, std::thread::hardware_concurrency()) / std::max(1, processes);
  cpu_set_t allowed;
  int cpus = std::max(1, share);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) cpus = std::min(cpus, CPU_COUNT(&allowed));
  if (const std::optional<double> quota = cgroup_quota("/proc/self/cgroup", "/sys/fs/cgroup"))
    cpus = std::min(cpus, static_cast<int>(std::ceil(std::min(*quota / std::max(1, processes), 1e6))));
  return std::max(1, cpus);
}

}  // namespace nvcim::sim
