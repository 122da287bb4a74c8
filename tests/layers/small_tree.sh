# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of the checks, with the check as $checker: a small tree to provoke it in. The test defines good_tree,
# which leaves a tree that passes; each refusal ends with it.

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
licence='// SPDX-License-Identifier: Apache-2.0'
failures=0

# put FILE LINE...: writes a file of the tree, licence line first.
put() {
  local file=$tree/$1
  shift
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$licence" "$@" >"$file"
}

expect_ok() {
  local output
  if ! output=$("$checker" "$tree" 2>&1); then
    printf 'refused, should be fine: %s\n%s\n' "$1" "$output"
    failures=$((failures + 1))
  fi
}

# expect_refused TEXT: the checker fails and says TEXT.
expect_refused() {
  local output
  if output=$("$checker" "$tree" 2>&1); then
    printf 'accepted, should say: %s\n' "$1"
    failures=$((failures + 1))
  elif [[ $output != *"$1"* ]]; then
    printf 'should say: %s\nsaid: %s\n' "$1" "$output"
    failures=$((failures + 1))
  fi
  good_tree
}

