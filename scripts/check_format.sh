#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when a tracked C++ file is not as clang-format 14 would write it. With --fix, rewrites it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
git -c safe.directory="$PWD" ls-files -z -- '*.h' '*.cpp' | xargs -0 --no-run-if-empty "$(command -v clang-format-14 || echo clang-format)" "${mode[@]}"
