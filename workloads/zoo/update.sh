#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains networks of the zoo anew and rewrites zoo.json. usage: workloads/zoo/update.sh [NAME...]   (none: all of them)
# Needs a configured build/release, Fashion-MNIST (dataset-fashion-mnist) and MNIST (scripts/fetch_data.sh mnist).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --build build/release --target train_zoo
build/release/train_zoo "$work" "$@"
python3 workloads/zoo/collect.py "$work" workloads/zoo
