#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Provokes every complaint of scripts/check_layers.sh in a small tree of its own, one at a time.
#   test_check_layers.sh PATH-OF-check_layers.sh
set -euo pipefail
checker=$1
# shellcheck source=tests/layers/small_tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/small_tree.sh"

good_tree() {
  rm -rf "${tree:?}"/*
  put arch/units.h '#include <string>'
  put device/cell.cpp '#include "device/cell.h"' '#include "arch/units.h"'
  put workloads/train.cpp '#include <torch/torch.h>' '#include "arch/units.h"'
  put mapping/plan.cpp '#include "device/cell.h"' '#include "workloads/network.h"'
  put sim/engine.h '#include "mapping/plan.h"'
  put sim/kernel/clocked.h '#include <systemc>' '#include "arch/units.h"'
  put sim/analog/timing.h '#include "sim/kernel/cycle.h"'
  put sim/network_on_chip/router.h '#include "sim/kernel/unit.h"' 'class Router : public Unit, public PacketLink {'
  put sim/network_on_chip/mesh_network.h '#include "sim/network_on_chip/router.h"'
  put sim/systemc/adc.h '#include "sim/systemc/tile_ports.h"' 'class Adc : public Unit, public PhaseSink {'
  put sim/systemc/adc.cpp '#include "sim/systemc/adc.h"' '#include <systemc>' '#include "sim/analog/phase.h"' '#include "sim/engine.h"'
  put sim/systemc/buffer.h '#include "sim/systemc/machine_constants.h"' 'class Buffer final : public Clocked {' 'class Machine;'
  put sim/systemc/tile.h '#include "sim/systemc/adc.h"' '#include "sim/systemc/buffer.h"' 'class Tile : public sc_core::sc_module {'
  put sim/systemc/machine.cpp '#include "sim/network_on_chip/router.h"' '#include "sim/systemc/tile.h"'
  put sim/parallel/ranks.cpp '#include <boost/mpi.hpp>'
  put sim/cli/main.cpp '#include "sim/report/page.h"' '#include "sim/studies/sweep.h"'
}

good_tree
expect_ok "a tree in order"

put arch/units.h '#include "device/cell.h"'
expect_refused 'arch/units.h:2: arch includes "device/cell.h", which is not below it'
put device/cell.cpp '#include "workloads/network.h"'
expect_refused 'device/cell.cpp:2: device includes "workloads/network.h", which is not below it'
put mapping/plan.cpp '' '  #  include "sim/engine.h"'
expect_refused 'mapping/plan.cpp:3: mapping includes "sim/engine.h", which is not below it'
put sim/analog/phase.h '#include "sim/functional/engine.h"'
expect_refused 'sim/analog/phase.h:2: sim/analog includes "sim/functional/engine.h", which is not below it'
put sim/functional/engine.cpp '#include "sim/systemc/adc.h"'
expect_refused 'sim/functional includes "sim/systemc/adc.h", which is not below it'
put sim/report/page.cpp '#include "sim/cli/main.h"'
expect_refused 'sim/report includes "sim/cli/main.h", which is not below it'
put sim/kernel/clocked.h '#include "sim/stats/interval.h"'
expect_refused 'sim/kernel/clocked.h:2: sim/kernel includes "sim/stats/interval.h", which is not below it'
put sim/network_on_chip/router.cpp '#include "sim/analog/timing.h"'
expect_refused 'sim/network_on_chip/router.cpp:2: sim/network_on_chip includes "sim/analog/timing.h", which is not below it'

# A module knows no other, neither by its header nor by its name; what binds them knows all.
put sim/systemc/adc.cpp '#include "sim/systemc/adc.h"' '#include "sim/systemc/buffer.h"'
expect_refused 'sim/systemc/adc.cpp:3: "sim/systemc/buffer.h" is another SystemC module; reach it through a port'
put sim/systemc/buffer.h 'class Adc;' 'class Buffer : public Unit {'
expect_refused 'sim/systemc/buffer.h:2: Adc of sim/systemc/adc.h is another SystemC module; reach it through a port'
put sim/systemc/map_sender.h '#include "sim/network_on_chip/router.h"'
expect_refused 'sim/systemc/map_sender.h:2: "sim/network_on_chip/router.h" is another SystemC module'
put sim/systemc/buffer.cpp '#include "sim/systemc/tile.h"'
expect_refused 'sim/systemc/buffer.cpp:2: "sim/systemc/tile.h" is another SystemC module'

for unit in {1..21}; do put "sim/analog/kernel$unit.h" '#pragma once'; done
for unit in a b c; do put "sim/analog/$unit.h" '#pragma once'; put "sim/analog/$unit.cpp" ''; done
expect_ok "a folder with 25 units, three of them of two files"
put sim/analog/zero.h '#pragma once'
expect_refused 'sim/analog/zero.h:1: the folder sim/analog has more than 25 units'

# Variables that outlive all objects.
for variable in 'Calendar* innermost = nullptr;' 'int count;' 'static std::map<int, double> cache;' 'thread_local int depth = 0;' \
  'inline std::atomic<int> used{0};' 'std::array<int, 4> table = {};' 'extern int shared;' 'bool seen[16];'; do
  put mapping/plan.cpp "$variable"
  expect_refused 'mapping/plan.cpp:2: a variable at namespace scope that is not constant'
done
for variable in 'static int calls = 0;' 'static std::vector<int> seen;' 'thread_local Scratch scratch;' 'static std::once_flag once{};'; do
  put mapping/plan.cpp 'void f() {' "  $variable" '}'
  expect_refused 'mapping/plan.cpp:3: a static variable that is not constant'
done
put mapping/plan.cpp 'constexpr int kOne = 1;' 'const char* const kName = "a";' 'static const int kTwo = 2;' 'using A = int;' 'namespace fs = std::filesystem;' \
  'class Plan;' 'extern const int kFour;' 'int plan(int a);' 'void f() {' '  static const std::map<int, int> table = {{1, 2}};' '  static constexpr int kThree = 3;' '}' \
  'struct S {' '  static int make(int a);' '  static bool later(const S& a) { return true; }' '  int member = 0;' '};'
expect_ok "constants, functions and members"
put sim/cli/interruption.cpp 'Message message;'
expect_ok "what a signal handler needs"

put mapping/plan.cpp '#include <systemc>'
expect_refused 'mapping/plan.cpp:2: <systemc> belongs in sim/kernel, sim/network_on_chip, sim/systemc only'
put sim/functional/engine.cpp '#include <systemc.h>'
expect_refused '<systemc.h> belongs in sim/kernel, sim/network_on_chip, sim/systemc only'
put sim/studies/sweep.cpp '#include <mpi.h>'
expect_refused '<mpi.h> belongs in sim/parallel only'
put mapping/plan.cpp '#include <torch/torch.h>'
expect_refused '<torch/torch.h> belongs in workloads only'

put device/cell.cpp '#include "cell.h"'
expect_refused 'device/cell.cpp:2: "cell.h" does not start with a layer'
put device/cell.cpp '#include "../arch/units.h"'
expect_refused '"../arch/units.h" does not start with a layer'
put sim/extras/more.cpp '#include "arch/units.h"'
expect_refused 'the folder sim/extras has no place among the layers'
printf '#pragma once\n' >"$tree/arch/units.h"
expect_refused 'arch/units.h:1: the first line is not the SPDX licence line'

# One long file is a warning, not a failure.
put device/cell.cpp "$(printf '// line %s\n' {1..400})"
expect_ok "a long file"
[[ $("$checker" "$tree") == *"device/cell.cpp: warning: over 400 lines"* ]] || {
  echo "a long file was not mentioned"
  failures=$((failures + 1))
}

[ "$failures" -eq 0 ]
