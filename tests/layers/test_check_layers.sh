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
  put sim/systemc/adc.cpp '#include <systemc>' '#include "sim/analog/phase.h"' '#include "sim/engine.h"'
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

put mapping/plan.cpp '#include <systemc>'
expect_refused 'mapping/plan.cpp:2: <systemc> belongs in sim/systemc only'
put sim/functional/engine.cpp '#include <systemc.h>'
expect_refused '<systemc.h> belongs in sim/systemc only'
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
