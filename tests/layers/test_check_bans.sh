#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Provokes every complaint of scripts/check_bans.sh in a small tree of its own, one at a time.
#   test_check_bans.sh PATH-OF-check_bans.sh
set -euo pipefail
checker=$1
# shellcheck source=tests/layers/small_tree.sh
source "$(dirname "${BASH_SOURCE[0]}")/small_tree.sh"

good_tree() {
  rm -rf "${tree:?}"/*
  put arch/check.cpp 'std::fprintf(stderr, "a bug\n");' 'std::abort();'
  put sim/cli/main.cpp 'std::cout << getenv("HOME");' 'exit(2);'
  put sim/parallel/mpi_ranks.cpp 'world_->environment.abort(exit_code);'
  # Words in texts, comments and longer names are nobody else.
  put device/cell.cpp '// getenv and exit() are spoken of' '/* printf(' 'abort() */' 'say("printf(\"exit(1)\") ", exit_code);' \
    'int exit_code = snprintf_like(1);' 'const char quote = '"'"'"'"'"'; int n = aborted(2); // "cout'
}

good_tree
expect_ok "a tree in order"

for word in getenv secure_getenv setenv putenv unsetenv environ printf fprintf vprintf vfprintf puts fputs putchar perror \
  atoi atol atoll atof exit _exit _Exit quick_exit at_quick_exit abort terminate; do
  put sim/analog/phase.cpp 'int before = 0;' "  use(std::$word(\"GC\"));"
  expect_refused "sim/analog/phase.cpp:3: $word: "
done
for word in cout cerr clog; do
  put workloads/train.h "std::$word << 1;"
  expect_refused "workloads/train.h:2: $word: only sim/cli prints"
done
put mapping/plan.cpp '#if 0'
expect_refused 'mapping/plan.cpp:2: #if 0: drop code'
put mapping/plan.cpp ' #  if false'
expect_refused 'mapping/plan.cpp:2: #if 0: drop code'
for word in FIXME HACK XXX; do
  put arch/units.h "int a;  // $word: later"
  expect_refused "arch/units.h:2: $word: finish it or drop it"
done
put device/cell.cpp 'std::abort();'
expect_refused 'device/cell.cpp:2: abort: what does not hold is said by NVCIM_CHECK'
put arch/check.cpp 'std::exit(1);'
expect_refused 'arch/check.cpp:2: exit: only sim/cli ends the program'
put sim/report/page.cpp '/* a comment */ exit(1);'
expect_refused 'sim/report/page.cpp:2: exit'

[ "$failures" -eq 0 ]
