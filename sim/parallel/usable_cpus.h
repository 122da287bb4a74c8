// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

namespace nvcim::sim {

/// CPUs that this process may use, at least 1: those it is bound to (taskset, mpirun, batch systems), and no more than
/// the quota of its control groups (containers) allows, rounded up. The default number of threads of everything.
/// @param processes  that share the machine with this one, itself included
int usable_cpus(int processes = 1);

/// CPUs of the tightest quota of the groups that a process is in and of those above them, of versions 1
/// (cpu.cfs_quota_us / cpu.cfs_period_us) and 2 (cpu.max) of the interface: Linux, Documentation/admin-guide/cgroup-v2
/// and scheduler/sched-bwc. None where there is no limit or no such file.
/// @param membership  /proc/self/cgroup   @param mount  /sys/fs/cgroup
std::optional<double> cgroup_quota(const std::filesystem::path& membership, const std::filesystem::path& mount);

}  // namespace nvcim::sim
