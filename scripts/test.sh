#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything and runs the test suite.
#   --fast          only the tests labelled fast
#   --werror        warnings are errors
#   --no-skips      a test that is skipped for a reason that tests/allowed_skips.txt does not hold is a failure
#   --preset NAME   another preset of CMakePresets.json (release)
# Anything after -- goes to ctest.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

preset=release
ctest_options=()
skip_options=()
cmake_options=(-DNVCIM_TESTS=ON -DNVCIM_BENCH=ON)
while [ $# -gt 0 ]; do
  case $1 in
    --fast) ctest_options+=(--label-regex fast) ;;
    --werror) cmake_options+=(-DNVCIM_WERROR=ON) ;;
    --no-skips) skip_options+=(--strict) ;;
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
    *) fail "unknown option $1; there are --fast, --werror, --no-skips, --preset NAME and -- CTEST-OPTIONS" ;;
  esac
  shift
done

install_packages "${build_packages[@]}" "${training_packages[@]}" "${mpi_packages[@]}" "${test_packages[@]}"
use_openblas
"$repository/scripts/fetch_data.sh" mnist || say "Without MNIST: the tests that need it are skipped"
build "$preset" all "${cmake_options[@]}"

say "Testing"
results=$repository/build/$preset/test_results.xml
code=0
ctest --test-dir "$repository/build/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=error \
  --output-junit "$results" "${ctest_options[@]}" || code=$?
python3 "$repository/scripts/check_skips.py" "${skip_options[@]}" "$results" "$repository/tests/allowed_skips.txt" || code=1
exit "$code"
