#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the source files that differ from a commit.
#   scripts/check_tidy.sh [COMMIT]
# Without COMMIT: where this branch left origin's main line, or the commit before this one. Looks at files, most recently
# changed first, until NVCIM_TIDY_SECONDS (default 300) have passed, and names those it did not reach.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A clone may belong to another user than the one who checks it (root in CI).
git() { command git -c safe.directory="$PWD" "$@"; }

# A configuration of its own: file by file, without the precompiled headers of another compiler. Nothing is built in it.
build=build/tidy
seconds=${NVCIM_TIDY_SECONDS:-300}
cmake --preset dev -B "$build" -DNVCIM_TESTS=ON -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null

base=${1:-}
if [ -z "$base" ]; then
  base=$(git merge-base HEAD origin/HEAD 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse --verify --quiet HEAD~1 || true)
  fi
  if [ -z "$base" ]; then
    echo "tidy: this clone has one commit, so there is nothing to compare with; name a commit to check against"
    exit 0
  fi
fi

mapfile -t changed < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp')
files=()
for file in "${changed[@]}"; do
  # Only what this build compiles: clang-tidy guesses the flags of anything else.
  grep -qF "\"$PWD/$file\"" "$build/compile_commands.json" || continue
  # Clang 14 does not get through libtorch 1.13's headers in C++20.
  ! grep -qE '^#include <(torch|ATen|c10)/' "$file" || continue
  files+=("$file")
done
if [ ${#files[@]} -eq 0 ]; then
  echo "tidy: no source file differs from $(git rev-parse --short "$base")"
  exit 0
fi
mapfile -t files < <(ls -t -- "${files[@]}")

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
deadline=$(($(date +%s) + seconds))
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
export build results deadline tidy
# Each file is one process; its output is kept apart, so two do not mix.
tidy_one() {
  name=${1//\//_}
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$1" >"$results/$name.skipped"
  elif ! "$tidy" --quiet -p "$build" "$1" >"$results/$name.log" 2>/dev/null; then
    echo "$1" >"$results/$name.failed"
  fi
}
export -f tidy_one
# shellcheck disable=SC2016  # $1 is the inner shell's
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 bash -c 'tidy_one "$1"' tidy

shopt -s nullglob
skipped=("$results"/*.skipped)
failed=("$results"/*.failed)
for mark in "${failed[@]}"; do
  cat "${mark%.failed}.log"
done
echo "tidy: ${#files[@]} changed files, $((${#files[@]} - ${#skipped[@]})) checked, ${#failed[@]} with findings"
if [ ${#skipped[@]} -gt 0 ]; then
  echo "tidy: $seconds s were up before these: $(cat "${skipped[@]}" | tr '\n' ' ')"
fi
[ ${#failed[@]} -eq 0 ]
