// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/commands.h"

#include <fmt/format.h>

#include "sim/cli/build_info.h"
#include "sim/cli/command_calibrate.h"
#include "sim/cli/command_check.h"
#include "sim/cli/command_completion.h"
#include "sim/cli/command_explain.h"
#include "sim/cli/command_mc.h"
#include "sim/cli/command_presets.h"
#include "sim/cli/command_program.h"
#include "sim/cli/command_run.h"
#include "sim/cli/command_schema.h"
#include "sim/cli/command_select.h"
#include "sim/cli/command_sensitivity.h"
#include "sim/cli/command_sweep.h"
#include "sim/cli/command_train.h"
#include "sim/cli/command_workload.h"
#include "sim/cli/command_worst_case.h"
#include "sim/cli/run_action.h"

namespace nvcim::cli {

int run_nvcim(int argc, char** argv, sim::Ranks& ranks) {
  CLI::App program("Cycle-level simulator of non-volatile compute-in-memory accelerators", "nvcim");
  program.set_version_flag("--version", fmt::format("nvcim {} ({})", kVersion, kGitCommit));
  program.require_subcommand(1);
  program.footer(
      "Example:\n"
      "  nvcim run                                run LeNet on Fashion-MNIST on the default chip\n"
      "  nvcim run --set /adc/bits=6 --out out    the same with a 6-bit ADC, results in ./out\n"
      "  nvcim run --help                         every option of a command\n\n"
      "Exit codes: 0 ok, 1 bug, 2 bad command line, 3 bad input. A failed command writes nothing.");

  const std::vector<std::string> arguments(argv, argv + argc);
  Action action;
  add_run_command(program, arguments, action);
  add_program_command(program, arguments, action);
  add_sensitivity_command(program, arguments, action);
  add_calibrate_command(program, arguments, action);
  add_select_command(program, arguments, action);
  add_mc_command(program, arguments, ranks, action);
  add_sweep_command(program, arguments, ranks, action);
  add_worst_case_command(program, arguments, ranks, action);
  add_workload_command(program, arguments, action);
  add_check_command(program, arguments, action);
  add_schema_command(program, action);
  add_presets_command(program, action);
  add_explain_command(program, arguments, action);
  add_train_command(program);
  add_completion_command(program, kVersion, action);
  const Action checked = [&] {
    const std::string command = program.get_subcommands().front()->get_name();
    const bool spreads = command == "mc" || command == "sweep" || command == "worst-case";
    if (command == "train" || (ranks.count() > 1 && !spreads))
      throw CommandLineError(command + " works in one process: start it without mpirun");
    return action();
  };
  return parse_and_run(program, argc, argv, checked, ranks.leads());
}

}  // namespace nvcim::cli
