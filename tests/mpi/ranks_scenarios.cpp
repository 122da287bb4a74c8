// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "arch/input_error.h"
#include "sim/parallel/mpi_ranks.h"

/// Runs one scenario on the ranks that mpirun started; the leading rank prints what came of it.
namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;

UnitJob squares(int units) {
  UnitJob job;
  job.units = units;
  job.identity = "squares";
  job.compute = [](int unit) { return std::to_string(unit * unit); };
  return job;
}

std::string joined(const Outcomes& outcomes) {
  std::string text;
  for (const auto& outcome : outcomes) text += outcome.value_or("-") + " ";
  return text;
}

std::string scenario(MpiRanks& ranks, const std::string& name, const fs::path& folder) {
  if (name == "uneven") {
    // Unit 0 ends only when all others have: whoever has it must not be waited for with theirs.
    UnitJob job = squares(12);
    job.compute = [&](int unit) {
      if (unit > 0)
        std::ofstream(folder / std::to_string(unit)) << unit;
      else
        while (std::distance(fs::directory_iterator(folder), {}) < 11)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return std::to_string(unit * unit);
    };
    return joined(ranks.run(job));
  }
  if (name == "everywhere") {
    // Every rank has all outcomes, and a job may follow another.
    const Outcomes first = ranks.run(squares(5));
    UnitJob second = squares(ranks.count() * 3);
    second.threads = 2;
    second.compute = [&](int unit) { return joined(first) + std::to_string(unit); };
    return ranks.from_lead([] { return std::string("lead says, "); }) + joined(ranks.run(second)).substr(0, 30);
  }
  if (name == "unit_fails") {
    UnitJob job = squares(50);
    job.compute = [&](int unit) -> std::string {
      if (unit == 7) throw InputError("unit", "", "seven");
      return std::to_string(unit);
    };
    ranks.run(job);
  }
  if (name == "step_fails")
    ranks.together([&] {
      if (ranks.rank() == 1) throw InputError("data", "", "missing");
    });
  if (name == "lead_fails") ranks.from_lead([]() -> std::string { throw InputError("lead", "", "missing"); });
  if (name == "journal_fails") {
    UnitJob job = squares(5);
    job.journal = "/proc/no/such/folder";
    ranks.run(job);
  }
  return "no failure";
}

}  // namespace
}  // namespace nvcim::sim

int main(int argc, char** argv) {
  const auto ranks = nvcim::sim::MpiRanks::join(argc, argv);
  try {
    const std::string text = nvcim::sim::scenario(*ranks, argv[1], argv[2]);
    if (ranks->leads()) fmt::print("{} ranks: {}\n", ranks->count(), text);
  } catch (const nvcim::InputError& error) {
    fmt::print("rank {}: {}\n", ranks->rank(), error.what());
  } catch (const nvcim::sim::FailedTogether& error) {
    fmt::print("rank {} too{}\n", ranks->rank(), error.by_input() ? "" : ", a bug");
  }
}
