#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains LeNet on MNIST (4 bits) with each kind of noise on its weights, with the same search effort, and measures the
# accuracy of programmed chips. usage: scripts/reproduce_trice.sh OUT_DIR [SEED…]     Stopped, it goes on when called
# again. Needs MNIST (scripts/fetch_data.sh mnist) and nvcim in the PATH or in NVCIM. One thread: THREADS changes it,
# and with it the last bits of the networks.
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
kinds=(none gaussian trice:1 left_censored:1 both_sides:1 trice:0.5 trice:0.7 trice:2)

mkdir -p "$out"
for seed in "${seeds[@]}"; do
  for entry in "${kinds[@]}"; do
    kind=${entry%%:*}
    threshold=1
    [[ $entry == *:* ]] && threshold=${entry##*:}
    name=$kind
    [[ $entry == *:* ]] && name=$kind-$threshold
    trained=$out/$name-seed$seed
    if [[ ! -e $trained/result.json ]]; then
      "$nvcim" train lenet --data mnist --bits 4 --samples "$samples" --float-epochs "$float_epochs" \
        --quantised-epochs "$quantised_epochs" --noise "$kind" --threshold "$threshold" --sigma-max 0.3 \
        --chip swim_paper --set "/device/sigma=$sigma" --validation 2000 --kpp-instances 100 --kpp 5 \
        --seed "$seed" --threads "$threads" --quiet --out "$trained"
    fi
    for at in "${deployed[@]}"; do
      measured=$trained.mc-$at
      if [[ ! -e $measured/result.json ]]; then
        "$nvcim" mc swim_paper --workload "$trained/network.onnx" --data mnist --set "/device/sigma=$at" \
          --instances 1000 --samples 1000 --quantiles 1,5 --seed 100 --threads "$threads" --quiet --out "$measured"
      fi
    done
  done
done

# Figures of result.csv are fractions.
figure() { awk -F, -v m="$2" '$1 == m { printf "%.2f", 100 * $2; if ($3 != "" && m ~ /kpp/) printf " (%.2f to %.2f)", 100 * $3, 100 * $4 }' "$1/result.csv"; }
printf '| noise | seed | sigma | chosen sigma | no chip | mean | std | min | 1 %% KPP (95 %% interval) |\n|---|---|---|---|---|---|---|---|---|\n'
for at in "${deployed[@]}"; do
  for entry in "${kinds[@]}"; do
    for seed in "${seeds[@]}"; do
      name=${entry/:/-}
      trained=$out/$name-seed$seed
      measured=$trained.mc-$at
      chosen=$(awk -F, '$4 == 1 { sigma = $7 } END { printf "%.3f", sigma }' "$trained/result.csv")
      printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$name" "$seed" "$at" "$chosen" \
        "$(figure "$measured" accuracy.reference)" "$(figure "$measured" accuracy.mean)" \
        "$(figure "$measured" accuracy.std)" "$(figure "$measured" accuracy.min)" "$(figure "$measured" accuracy.kpp.1)"
    done
  done
done
