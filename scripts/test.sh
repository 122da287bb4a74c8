#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything and runs the test suite.
#   --fast          only the tests labelled fast
#   --werror        warnings are errors
#   --preset NAME   another preset of CMakePresets.json (release)
# Anything after -- goes to ctest.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

preset=release
ctest_options=()
cmake_options=(-DNVCIM_TESTS=ON)
while [ $# -gt 0 ]; do
  case $1 in
    --fast) ctest_options+=(--label-regex fast) ;;
    --werror) cmake_options+=(-DNVCIM_WERROR=ON) ;;
    --preset)
      [ $# -ge 2 ] || fail "--preset needs a name"
      preset=$2
      shift
      ;;
    --)
      shift
      ctest_options+=("$@")
      break
      ;;
    *) fail "unknown option $1; there are --fast, --werror, --preset NAME and -- CTEST-OPTIONS" ;;
  esac
  shift
done

install_packages "${build_packages[@]}" "${test_packages[@]}"
use_openblas
build "$preset" all "${cmake_options[@]}"

say "Testing"
ctest --test-dir "$repository/build/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=error \
  "${ctest_options[@]}"
