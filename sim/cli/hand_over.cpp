// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/hand_over.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

bool started_by_mpi() {
  // OpenMPI's mpirun; PMIx, as in srun --mpi=pmix; PMI-1 and PMI-2, as in srun --mpi=pmi2.
  constexpr const char* kRanks[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(std::begin(kRanks), std::end(kRanks), [](const char* name) { return std::getenv(name); });
}

int hand_over_to(const std::string& name, int argc, char** argv) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path program = (error ? std::filesystem::path(argv[0]) : self).parent_path() / name;
  std::vector<char*> arguments(argv, argv + argc);
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  print_error(fmt::format("error: {}: cannot be started: {}; it is built beside nvcim\n", program.string(),
                          std::strerror(errno)));
  return kBadInput;
}

}  // namespace nvcim::cli
