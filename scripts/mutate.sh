#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the test suite notice? Tries the mutations of tests/mutations one at a time in a copy of the tree (build/mutate),
# building and running only what each touches. Goes on where it was stopped. scripts/mutate.sh --help lists the options:
# --list checks the rows alone; --only REGEX, --range A-B and --sample N choose some; --survivors tries survivors again.
set -euo pipefail
exec nice python3 "$(dirname "$0")/mutate.py" "$@"
