// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/usable_cpus.h"

#include <gmock/gmock.h>
#include <sched.h>

#include <fstream>
#include <thread>

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::Optional;

class CgroupQuota : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("nvcim_cgroup_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::optional<double> quota(const std::string& membership) const {
    write("membership", membership);
    return cgroup_quota(folder_ / "membership", folder_ / "fs");
  }
  fs::path folder_;
};

TEST_F(CgroupQuota, OfVersion2IsTheTightestOnTheWayUp) {
  EXPECT_EQ(quota("0::/a/b\n"), std::nullopt);
  write("fs/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(quota("0::/a/b\n"), std::nullopt);
  write("fs/a/cpu.max", "150000 100000\n");
  EXPECT_THAT(quota("0::/a/b\n"), Optional(1.5));
  write("fs/cpu.max", "50000 200000\n");
  EXPECT_THAT(quota("0::/a/b\n"), Optional(0.25));
  EXPECT_THAT(quota("0::/a/b/none\n"), Optional(0.25));
  EXPECT_THAT(quota("0::/../..\n"), Optional(0.25)) << "above the root of a container there is nothing";
}

TEST_F(CgroupQuota, OfVersion1IsThatOfTheCpuController) {
  write("fs/cpu/docker/x/cpu.cfs_quota_us", "200000\n");
  write("fs/cpu/docker/x/cpu.cfs_period_us", "100000\n");
  const std::string membership = "5:memory:/m\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/s\n";
  EXPECT_THAT(quota(membership), Optional(2.0));
  write("fs/cpu/docker/x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota(membership), std::nullopt);
  // Inside of the container its own group is the root, while the path is the host's.
  write("fs/cpu/cpu.cfs_quota_us", "100000\n");
  write("fs/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_THAT(quota("4:cpuacct,cpu:/docker/other\n"), Optional(1.0));
  EXPECT_EQ(quota("4:cpuset:/docker/x\n"), std::nullopt);
}

TEST_F(CgroupQuota, IsNoneWhereTheFilesSayNothing) {
  EXPECT_EQ(cgroup_quota(folder_ / "none", folder_), std::nullopt);
  for (const char* text : {"", "max", "x 100000", "100000", "100000 0", "0 100000", "-5 100000", "1 2 3"}) {
    write("fs/cpu.max", text);
    EXPECT_EQ(quota("0::/\n"), std::nullopt) << text;
  }
  write("fs/cpu.max", "100000 100000\n");
  EXPECT_EQ(quota("garbage\n\n0\n:\n"), std::nullopt);
}

TEST(UsableCpus, AreThoseTheProcessIsBoundTo) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const int all = usable_cpus();
  EXPECT_GE(all, 1);
  EXPECT_LE(all, CPU_COUNT(&before));
  EXPECT_GE(usable_cpus(1000), 1);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &before)) {
      CPU_SET(cpu, &one);
      break;
    }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cpus(), 1);
  ::sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace nvcim::sim
