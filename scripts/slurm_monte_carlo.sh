#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Example of a Slurm job: the tail of a chip's accuracy on four nodes, one process per node and a thread per core.
#   sbatch scripts/slurm_monte_carlo.sh
# Submit it again after a time limit or a lost node: finished instances are in OUT.journal and are not computed again.
# The result is the same, byte for byte, on any number of nodes, processes and threads.
#SBATCH --job-name=nvcim-mc
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail

nvcim=${NVCIM:-build/release/nvcim}
out=${OUT:-results/tail}

# --bind-to none: a process whose threads shall use all cores must not be bound to one. The nodes need to see the same
# program and data; only the first process writes.
mpirun --map-by ppr:1:node --bind-to none \
  "$nvcim" mc rram_1t1r_128 --workload lenet_fashion_mnist_8b --instances 20000 --quantiles 0.1%,1%,5%,10% --target 85% \
  --out "$out"
