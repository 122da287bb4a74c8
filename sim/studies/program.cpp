// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/program.h"

#include <utility>

#include "arch/check.h"
#include "mapping/write_plan_file.h"
#include "sim/programming/first_difference.h"
#include "sim/programming/program_energy.h"
#include "sim/systemc/program_machine.h"

namespace nvcim::sim {
namespace {

mapping::WritePlan write_plan_of(const ProgramRequest& request, const mapping::Plan& plan) {
  if (request.plan == "none") return mapping::verify_none(plan);
  if (request.plan == "all") return mapping::verify_all(plan);
  return mapping::load_write_plan(request.plan, request.network, plan).plan;
}

}  // namespace

ProgramJob ProgramOutcome::job(const ProgramRequest& request) const {
  return {
      request.architecture, request.network, plan, write_plan, {request.seed, request.instance}, request.budget, {}};
}

ProgramOutcome program_chip(const ProgramRequest& request) {
  NVCIM_CHECK(request.functional || request.systemc, "no engine asked for");
  const auto begin = [&](const char* what) {
    if (request.begin) request.begin(what);
  };
  ProgramOutcome outcome;
  outcome.plan = mapping::make_plan(request.architecture, request.network);
  outcome.write_plan = write_plan_of(request, outcome.plan);
  ProgramJob job = outcome.job(request);
  job.threads = request.threads;
  if (request.progress)
    job.progress = [&](std::int64_t done, std::int64_t all) {
      request.progress(static_cast<int>(done), static_cast<int>(all));
    };
  if (request.systemc) {
    begin("cycle model");
    outcome.result = program_systemc(job);
  }
  if (request.functional) {
    begin("functional engine");
    ProgramResult functional = run_programming(job);
    if (request.systemc) {
      const std::string where = first_difference(functional, outcome.result);
      NVCIM_CHECK(where.empty(), "functional and SystemC programming differ: {}", where);
    }
    outcome.result = std::move(functional);
  }
  begin("verifying everything, for NWC");
  if (outcome.write_plan.verified_cells() > 0)
    outcome.attempts_of_everything = attempts_of_everything(job, request.threads);
  return outcome;
}

ProgramReport report_programming(const ProgramRequest& request, const ProgramOutcome& outcome) {
  return make_program_report({.job = outcome.job(request),
                              .result = outcome.result,
                              .attempts_of_everything = outcome.attempts_of_everything,
                              .plan = request.plan,
                              .functional = request.functional,
                              .systemc = request.systemc});
}

}  // namespace nvcim::sim
