#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to a report: installs what is missing, builds the program and runs LeNet on the Fashion-MNIST
# test set on the default architecture. A second run only runs the job. Options are handed to `nvcim run`.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

install_packages "${build_packages[@]}"
build release nvcim

say "Running LeNet on the Fashion-MNIST test set on rram_1t1r_128"
cd "$repository"
build/release/nvcim run rram_1t1r_128 --workload lenet_fashion_mnist_8b "$@"
