#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the build under a folder, moves that folder, and uses the program, its data, its siblings and its libraries.
#   test_install.sh CMAKE BUILD-FOLDER CONSUMER-FOLDER COMPILER GENERATOR
set -euo pipefail
cmake=$1 build=$2 consumer=$3 compiler=$4 generator=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

"$cmake" --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
cd "$work"
program=$work/moved/bin/nvcim

# A home without data, so that what is found is what was installed.
export HOME=$work/home
unset XDG_DATA_HOME
[ "$("$program" --version)" = "$("$build/nvcim" --version)" ] || wrong "another version"
"$program" run --samples 20 --out out --quiet || wrong "the default job"
[ -s out/report.html ] || wrong "no report"
if [ -x "$build/nvcim-train" ]; then
  "$program" train --help >training_help || wrong "nvcim train does not find its program"
  grep -q -e --noise training_help || wrong "nvcim train: not its own help"
fi
# Without its sibling, what would bring it is said.
mkdir alone && cp "$program" alone/
if alone/nvcim train >said 2>&1; then wrong "nvcim train ran without its program"; fi
grep -q 'apt-get install libtorch-dev' said || wrong "nvcim train does not say what it needs: $(cat said)"

for file in share/man/man1/nvcim.1 share/bash-completion/completions/nvcim share/nvcim/presets/rram_1t1r_128.json \
  share/nvcim/schema/architecture.schema.json share/nvcim/schema/result.schema.json share/nvcim/networks/lenet_fashion_mnist_8b.onnx; do
  [ -s "$work/moved/$file" ] || wrong "$file is missing"
done
# Every command stands in the manual and in the completion; an option of one of them is completed.
for command in run program mc sweep train worst-case; do
  grep -q "^.SH COMMAND ${command//-/\\\\-}" "$work/moved/share/man/man1/nvcim.1" || wrong "the manual lacks $command"
done
# shellcheck source=/dev/null
source "$work/moved/share/bash-completion/completions/nvcim"
COMP_WORDS=(nvcim swe) COMP_CWORD=1 COMPREPLY=()
_nvcim
[ "${COMPREPLY[*]}" = sweep ] || wrong "completion of swe: ${COMPREPLY[*]}"
COMP_WORDS=(nvcim mc --inst) COMP_CWORD=2 COMPREPLY=()
_nvcim
[ "${COMPREPLY[*]}" = --instances ] || wrong "completion of mc --inst: ${COMPREPLY[*]}"

"$cmake" -S "$consumer" -B consumer -G "$generator" -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_CXX_COMPILER="$compiler" >log 2>&1 ||
  wrong "find_package(nvcim): $(cat log)"
"$cmake" --build consumer >log 2>&1 || wrong "linking nvcim::device: $(tail -n 30 log)"
[ "$(consumer/consumer)" = "rram_1t1r_128 128" ] || wrong "a program that links nvcim::device says: $(consumer/consumer)"
