#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains LeNet on MNIST (4 bits) with each kind of noise on its weights, at the same search effort, and measures the
# accuracy of programmed chips: the tables in sim/studies/README.md.
#   scripts/reproduce_trice.sh OUT_DIR [SEED…]          seed 1 when none is given
#   RESNET20=FILE.onnx scripts/reproduce_trice.sh …     trains that ResNet-20 for CIFAR-10 (8 bits) further instead
# Stopped, it goes on when called again. Needs MNIST or CIFAR-10 (scripts/fetch_data.sh) and nvcim, in the PATH or in
# NVCIM. One thread; THREADS changes that, and with it the last bits of the networks. KINDS="gaussian trice-1" does only
# those.
set -euo pipefail
out=${1:?usage: scripts/reproduce_trice.sh OUT_DIR [SEED…]}
shift
seeds=("${@:-1}")
nvcim=${NVCIM:-nvcim}
threads=${THREADS:-1}

# The same effort for every kind of noise; of the training samples the last --validation are held out for the search.
if [[ -z ${RESNET20:-} ]]; then
  training=(lenet --data mnist --bits 4 --samples 22000 --validation 2000 --float-epochs 3 --quantised-epochs 6
            --sigma-max 0.3 --kpp-instances 100 --kpp 5%)
  sigma=0.20            # of the cells of the chip that judges
  deployed=(0.20 0.30)  # of the chips that are measured
  measuring=(--data mnist --instances 1000 --samples 1000 --quantiles "1%,5%")
  shown=1               # k of the KPP in the table
  every="none gaussian trice-1 left_censored-1 both_sides-1 trice-0.5 trice-0.7 trice-2 trice-1-zero_mean
         trice-0.5-zero_mean vanilla fefet4-none fefet4-gaussian fefet4-trice-1"
else
  training=("$RESNET20" --data cifar10 --normalize "0.485,0.456,0.406/0.229,0.224,0.225" --mirror --samples 8250
            --validation 250 --quantised-epochs 4 --quantised-learning-rate 0.0003 --sigma-max 0.2
            --kpp-instances 40 --kpp 10%)
  sigma=0.15
  deployed=(0.15 0.20)
  measuring=(--data cifar10 --instances 300 --samples 300 --quantiles "5%,10%")
  shown=5
  every="none gaussian trice-1 trice-1-zero_mean"
fi

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
kinds=${KINDS:-$every}

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
      "$nvcim" train "${training[@]}" ${options[$name]} --chip swim_paper $(cells "$name" "$sigma") --seed "$seed" \
        --threads "$threads" --quiet --out "$trained"
    fi
    for at in "${deployed[@]}"; do
      measured=$trained.mc-$at
      if [[ ! -e $measured/result.json ]]; then
        # shellcheck disable=SC2046
        "$nvcim" mc swim_paper --workload "$trained/network.onnx" "${measuring[@]}" $(cells "$name" "$at") \
          --seed 100 --threads "$threads" --quiet --out "$measured"
      fi
    done
  done
done

# A figure of result.csv, where they are fractions, in percent.
figure() { # FOLDER METRIC
  awk -F, -v metric="$2" '$1 == "metrics" && $2 == metric { value[$3] = 100 * $4 } END {
    if ("value" in value) printf "%.2f", value["value"]
    if (metric ~ /kpp/) printf " (%.2f to %.2f)", value["low"], value["high"]
  }' "$1/result.csv"
}

# Strength of the noise of the replica that went on in the last epoch.
noise_found() { # FOLDER
  awk -F, '
    $1 == "epochs" && $3 == "chosen" { epoch = $2; chosen = $4 }
    $1 == "replicas" && $3 == "epoch" { of = $4 }
    $1 == "replicas" && $3 == "replica" { replica = $4 }
    $1 == "replicas" && $3 == "sigma" { sigma[of, replica] = $4 }
    END { printf "%.3f", sigma[epoch, chosen] }' "$1/result.csv"
}
echo '| noise | seed | cells | noise found | no chip | mean | std | min | '"$shown"' % KPP (95 % interval) |'
echo '|---|---|---|---|---|---|---|---|---|'
for at in "${deployed[@]}"; do
  for name in $kinds; do
    for seed in "${seeds[@]}"; do
      trained=$out/$name-seed$seed
      measured=$trained.mc-$at
      found=$(noise_found "$trained")
      echo "| $name | $seed | $at | $found | $(figure "$measured" accuracy.reference) |" \
        "$(figure "$measured" accuracy.mean) | $(figure "$measured" accuracy.std) |" \
        "$(figure "$measured" accuracy.min) | $(figure "$measured" "accuracy.kpp.$shown") |"
    done
  done
done
