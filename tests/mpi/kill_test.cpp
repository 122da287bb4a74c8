// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/mpi/mpi_program.h"

namespace nvcim::test {
namespace {

namespace fs = std::filesystem;

class Killed : public ProgramTest {
 protected:
  /// Starts a shell command in the working folder.
  pid_t start(const std::string& command) const {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::chdir(folder_.c_str()) == 0) ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    return child;
  }

  /// The process of a rank that works in this test's folder; 0: none.
  pid_t process_of(int rank) const {
    const std::string variable = fmt::format("OMPI_COMM_WORLD_RANK={}", rank);
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code error;
      if (fs::read_symlink(entry.path() / "cwd", error) != folder_ || error) continue;
      if (fs::read_symlink(entry.path() / "exe", error).filename() != "nvcim-mpi" || error) continue;
      std::ifstream file(entry.path() / "environ", std::ios::binary);
      for (std::string word; std::getline(file, word, '\0');)
        if (word == variable) return std::stoi(entry.path().filename());
    }
    return 0;
  }

  std::ptrdiff_t finished_units(const std::string& journal) const {
    const std::string text = read(journal);
    return std::max<std::ptrdiff_t>(0, std::count(text.begin(), text.end(), '\n') - 1);
  }

  std::map<std::string, std::string> result(const std::string& folder) const {
    auto files = tree(folder);
    files.erase("manifest.json");
    return files;
  }
};

// Nothing depends on when exactly the kill strikes: the first command would run for an hour, the second finishes a
// little more than the first had done.
TEST_F(Killed, AtAnyRankGoesOnToTheSameBytes) {
  const std::string study = "mc swim_paper --workload lenet_fashion_mnist_4b --samples 30 --quiet --threads 1 ";
  for (int rank : {0, 2}) {
    const std::string out = fmt::format("killed{}", rank), journal = out + ".journal";
    const pid_t job = start(
        fmt::format("{} '{}' {} --instances 1000000 --out {} >/dev/null 2>&1", mpirun(3), NVCIM_PROGRAM, study, out));
    int status = 0;
    while (finished_units(journal) < 10) {
      ASSERT_EQ(::waitpid(job, &status, WNOHANG), 0) << "ended by itself";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const pid_t victim = process_of(rank);
    ASSERT_GT(victim, 0);
    ::kill(victim, SIGKILL);
    ASSERT_EQ(::waitpid(job, &status, 0), job);
    EXPECT_NE(status, 0);
    EXPECT_FALSE(fs::exists(path(out)));

    const std::string whole = fmt::format("{} --instances {}", study, finished_units(journal) + 10);
    const Outcome resumed = nvcim(whole + " --out " + out, mpirun(2));
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    ASSERT_EQ(nvcim(whole + " --out never_" + out).exit_code, 0);
    EXPECT_TRUE(result(out) == result("never_" + out)) << rank;
    EXPECT_THAT(read(out + "/manifest.json"), ::testing::Not(::testing::HasSubstr("\"instances_computed\": 0")));
    EXPECT_FALSE(fs::exists(path(journal)));
  }
}

}  // namespace
}  // namespace nvcim::test
