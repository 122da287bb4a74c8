#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains LeNet on MNIST (4 bits) with each kind of noise on its weights, at the same search effort, and measures the
# accuracy of programmed chips: the table in sim/studies/README.md.
#   scripts/reproduce_trice.sh OUT_DIR [SEED…]          seed 1 when none is given
# Stopped, it goes on when called again. Needs MNIST (scripts/fetch_data.sh mnist) and nvcim, in the PATH or in NVCIM.
# One thread; THREADS changes that, and with it the last bits of the networks. KINDS="gaussian trice-1" does only those.
set -euo pipefail
out=${1:?usage: scripts/reproduce_trice.sh OUT_DIR [SEED…]}
shift
seeds=("${@:-1}")
nvcim=${NVCIM:-nvcim}
threads=${THREADS:-1}
samples=22000         # of the training set; the last 2,000 of them are held out for the search
float_epochs=3        # the same ones for every kind
quantised_epochs=6    # of three replicas each
sigma=0.20            # of the cells of the chip that judges
deployed=(0.20 0.30)  # of the chips that are measured

# Name and training options.
declare -A options=(
  [vanilla]="--noise none --sigma-min 0.3"  # one replica: no search
  [none]="--noise none"
  [gaussian]="--noise gaussian"
  [trice-0.5]="--noise trice --threshold 0.5"
  [trice-0.7]="--noise trice --threshold 0.7"
  [trice-1]="--noise trice --threshold 1"
  [trice-2]="--noise trice --threshold 2"
  [trice-1-zero_mean]="--noise trice --threshold 1 --zero-mean"
  [trice-0.5-zero_mean]="--noise trice --threshold 0.5 --zero-mean"
  [left_censored-1]="--noise left_censored --threshold 1"
  [both_sides-1]="--noise both_sides --threshold 1"
  [fefet4-none]="--noise none"
  [fefet4-gaussian]="--noise gaussian --mid-level-factor 4"
  [fefet4-trice-1]="--noise trice --threshold 1 --mid-level-factor 4"
)
kinds=${KINDS:-none gaussian trice-1 left_censored-1 both_sides-1 trice-0.5 trice-0.7 trice-2 trice-1-zero_mean trice-0.5-zero_mean vanilla fefet4-none fefet4-gaussian fefet4-trice-1}

# Settings of the cells, of the chip that judges and of those that are measured.
cells() { # NAME SIGMA
  echo "--set /device/sigma=$2"
  if [[ $1 == fefet4-* ]]; then echo '--set /device/model=fefet --set /device/mid_level_factor=4'; fi
}

mkdir -p "$out"
for seed in "${seeds[@]}"; do
  for name in $kinds; do
    trained=$out/$name-seed$seed
    if [[ ! -e $trained/result.json ]]; then
      # shellcheck disable=SC2046,SC2086  # lists of words
      "$nvcim" train lenet --data mnist --bits 4 --samples "$samples" --float-epochs "$float_epochs" \
        --quantised-epochs "$quantised_epochs" ${options[$name]} --sigma-max 0.3 --chip swim_paper \
        $(cells "$name" "$sigma") --validation 2000 --kpp-instances 100 --kpp 5 --seed "$seed" \
        --threads "$threads" --quiet --out "$trained"
    fi
    for at in "${deployed[@]}"; do
      measured=$trained.mc-$at
      if [[ ! -e $measured/result.json ]]; then
        # shellcheck disable=SC2046
        "$nvcim" mc swim_paper --workload "$trained/network.onnx" --data mnist $(cells "$name" "$at") \
          --instances 1000 --samples 1000 --quantiles 1,5 --seed 100 --threads "$threads" --quiet --out "$measured"
      fi
    done
  done
done

# A figure of result.csv, where they are fractions, in percent.
figure() { # FOLDER METRIC
  awk -F, -v metric="$2" '$1 == metric {
    printf "%.2f", 100 * $2
    if (metric ~ /kpp/) printf " (%.2f to %.2f)", 100 * $3, 100 * $4
  }' "$1/result.csv"
}
echo '| noise | seed | cells | noise found | no chip | mean | std | min | 1 % KPP (95 % interval) |'
echo '|---|---|---|---|---|---|---|---|---|'
for at in "${deployed[@]}"; do
  for name in $kinds; do
    for seed in "${seeds[@]}"; do
      trained=$out/$name-seed$seed
      measured=$trained.mc-$at
      found=$(awk -F, '$4 == 1 { sigma = $7 } END { printf "%.3f", sigma }' "$trained/result.csv")
      echo "| $name | $seed | $at | $found | $(figure "$measured" accuracy.reference) |" \
        "$(figure "$measured" accuracy.mean) | $(figure "$measured" accuracy.std) |" \
        "$(figure "$measured" accuracy.min) | $(figure "$measured" accuracy.kpp.1) |"
    done
  done
done
