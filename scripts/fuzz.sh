#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the reading of ONNX files with libFuzzer and AddressSanitizer.
#   scripts/fuzz.sh [SECONDS]     60 unless given
# Seeds are tests/onnx/models; what is found beyond them is kept in build/fuzz/corpus. A file that crashes, hangs (120 s) or
# asks for more memory than allowed (4 GiB in one piece or 6 GiB together, sanitizer included) is written to build/fuzz.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

seconds=${1:-60}
install_packages "${build_packages[@]}" "${test_packages[@]}" "${fuzz_packages[@]}"
cd "$repository"
# Clang 14 is what the packages bring; its fuzzer library is part of them.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
CC=clang CXX=clang++ cmake --preset fuzz >"$log" 2>&1 || { cat "$log"; exit 1; }
cmake --build --preset fuzz --target fuzz_onnx
mkdir -p build/fuzz/corpus
cd build/fuzz
./fuzz_onnx -max_total_time="$seconds" -timeout=120 -malloc_limit_mb=4096 -rss_limit_mb=6144 -max_len=16384 \
  -print_final_stats=1 -verbosity=0 corpus ../../tests/onnx/models
