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
#include "sim/cli/program_folder.h"

namespace nvcim::cli {

bool started_by_mpi() {
  // OpenMPI's mpirun; PMIx, as in srun --mpi=pmix; PMI-1 and PMI-2, as in srun --mpi=pmi2.
  constexpr const char* kRanks[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(std::begin(kRanks), std::end(kRanks), [](const char* name) { return std::getenv(name); });
}

int hand_over_to(const Sibling& sibling, int argc, char** argv) {
  const std::filesystem::path folder = program_folder();
  const std::filesystem::path program =
      (folder.empty() ? std::filesystem::path(argv[0]).parent_path() : folder) / sibling.name;
  std::vector<char*> arguments(argv, argv + argc);
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  if (errno == ENOENT)
    print_error(fmt::format(
        "error: {}: is not there; {} needs it, and it needs {}. In a checkout: apt-get install {}, then cmake --preset "
        "release && cmake --build --preset release --target {}. Where nvcim was installed as a package: apt-get "
        "install "
        "{}\n",
        program.string(), sibling.purpose, sibling.library, sibling.library_packages, sibling.target, sibling.package));
  else
    print_error(fmt::format("error: {}: cannot be started: {}\n", program.string(), std::strerror(errno)));
  return kBadInput;
}

}  // namespace nvcim::cli
