#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when the layers of the tree are broken:
#   sim -> mapping -> {device, workloads} -> arch; inside sim: cli -> studies -> report -> engines -> analog -> stats
# and when <systemc>, MPI or libtorch is included outside the one folder that may, an include path does not start at the
# root, or a file does not open with its licence. Warns of files over 400 lines.
#   scripts/check_layers.sh [FOLDER]   (the tree that holds this script)
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

folders=()
for folder in arch device workloads mapping sim; do
  [ ! -d "$folder" ] || folders+=("$folder")
done
[ ${#folders[@]} -gt 0 ] || {
  echo "error: $PWD has none of the layers" >&2
  exit 1
}

# shellcheck disable=SC2016  # an awk program
find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z | xargs -0 --no-run-if-empty awk '
  BEGIN {
    # Place of each folder, low to high; a folder includes itself and what stands lower, never its neighbour at equal height.
    height["arch"] = 1
    height["device"] = height["workloads"] = 2
    height["mapping"] = 3
    height["sim"] = 4  # the headers in sim/ itself
    height["sim/stats"] = 5
    height["sim/analog"] = 6
    height["sim/parallel"] = 7
    height["sim/programming"] = 7
    height["sim/functional"] = height["sim/systemc"] = 8
    height["sim/report"] = 9
    height["sim/studies"] = 10
    height["sim/cli"] = 11
    # Libraries with one home.
    home["<systemc"] = "sim/systemc"
    home["<sysc/"] = "sim/systemc"
    home["<tlm"] = "sim/systemc"
    home["<mpi.h>"] = "sim/parallel"
    home["<boost/mpi"] = "sim/parallel"
    home["<torch/"] = "workloads"
    home["<ATen/"] = "workloads"
    home["<c10/"] = "workloads"
    home["<hdf5.h>"] = "mapping"
  }
  function folder_of(path, parts, n) {
    n = split(path, parts, "/")
    return parts[1] == "sim" && n > 2 ? "sim/" parts[2] : parts[1]
  }
  function error(text) {
    print FILENAME ":" FNR ": " text
    errors++
  }
  FNR == 1 {
    mine = folder_of(FILENAME)
    if (!(mine in height)) error("the folder " mine " has no place among the layers; give it one in scripts/check_layers.sh")
    if ($0 != "// SPDX-License-Identifier: Apache-2.0") error("the first line is not the SPDX licence line")
  }
  FNR == 401 { print FILENAME ": warning: over 400 lines, wants splitting" }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    other = folder_of(quoted[2])
    if (!(other in height))
      error("\"" quoted[2] "\" does not start with a layer; include paths start at the root")
    else if (other != mine && height[other] >= height[mine])
      error(mine " includes \"" quoted[2] "\", which is not below it")
  }
  /^[ \t]*#[ \t]*include[ \t]*</ {
    included = substr($0, index($0, "<"))
    for (name in home)
      if (index(included, name) == 1 && mine != home[name]) error(included " belongs in " home[name] " only")
  }
  END { exit errors > 0 }
'
