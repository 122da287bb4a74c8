#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the reading of files with libFuzzer and AddressSanitizer.
#   scripts/fuzz.sh [KIND] [SECONDS]     all kinds one after the other unless one is given; 60 seconds each
# KIND: onnx (networks), architecture (JSON and --set), chip (HDF5 behind a right fingerprint), plan (write plans,
# perturbations, sensitivities behind a right check sum), table (measured tables), all.
# Seeds are files of the tree; what is found beyond them is kept in build/fuzz/corpus/KIND. A file that crashes, hangs
# (120 s) or asks for more memory than allowed (4 GiB in one piece or 6 GiB together, sanitizer included) is written to
# build/fuzz.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

all_kinds=(onnx architecture chip plan table)
kind=all
if [ $# -gt 0 ] && ! [[ $1 =~ ^[0-9]+$ ]]; then
  kind=$1
  shift
fi
seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || fail "\"$seconds\" is no number of seconds; scripts/fuzz.sh [KIND] [SECONDS]"
case $kind in
  all) kinds=("${all_kinds[@]}") ;;
  onnx | architecture | chip | plan | table) kinds=("$kind") ;;
  *) fail "\"$kind\" is no kind; there are: ${all_kinds[*]} all" ;;
esac

install_packages "${build_packages[@]}" "${test_packages[@]}" "${fuzz_packages[@]}"
cd "$repository"
# Clang 14 is what the packages bring; its fuzzer library is part of them.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
CC=clang CXX=clang++ cmake --preset fuzz >"$log" 2>&1 || { cat "$log"; exit 1; }
cmake --build --preset fuzz --target "${kinds[@]/#/fuzz_}"

seeds_of() {
  case $1 in
    onnx) echo "$repository/tests/onnx/models" ;;
    architecture) echo "$repository/arch/presets" ;;
    table) echo "$repository/tests/fuzz/seeds/table" ;;
    *) ;; # changes to a good file that the harness makes
  esac
}

cd build/fuzz
for kind in "${kinds[@]}"; do
  say "Fuzzing $kind for $seconds s"
  mkdir -p "corpus/$kind"
  # shellcheck disable=SC2046  # no seeds, no word
  ./fuzz_"$kind" -max_total_time="$seconds" -timeout=120 -malloc_limit_mb=4096 -rss_limit_mb=6144 -max_len=16384 \
    -print_final_stats=1 -verbosity=0 "corpus/$kind" $(seeds_of "$kind")
done
