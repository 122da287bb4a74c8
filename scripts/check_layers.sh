#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when the layers of the tree are broken:
#   sim -> mapping -> {device, workloads} -> arch; inside sim: cli -> studies -> report -> engines -> network_on_chip,
#   analog -> stats, kernel
# and when <systemc>, MPI or libtorch is included outside the folders that may, a SystemC module knows another one (they
# meet through interfaces; only what binds them knows them), a folder has more than 25 units (a header and its source are
# one), a variable that is not constant outlives all objects (at namespace scope, static or thread_local), an include path
# does not start at the root, or a file does not open with its licence. Warns of files over 400 lines.
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

# The SystemC modules, as HEADER:CLASS.
modules=$(find "${folders[@]}" \( -path 'sim/network_on_chip/*.h' -o -path 'sim/systemc/*.h' \) -exec \
  sed -nE 's/^class ([A-Za-z]+)( final)? : public (Unit|Clocked|sc_core::sc_module)\b.*/\1/; T; F; p' {} + | paste -d : - - | tr '\n' ' ')

# shellcheck disable=SC2016  # an awk program
find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z | xargs -0 --no-run-if-empty awk -v modules="$modules" '
  BEGIN {
    # Place of each folder, low to high; a folder includes itself and what stands lower, never its neighbour at equal height.
    height["arch"] = 1
    height["device"] = height["workloads"] = 2
    height["mapping"] = 3
    height["sim"] = 4  # the headers in sim/ itself
    height["sim/kernel"] = height["sim/stats"] = 5
    height["sim/analog"] = height["sim/network_on_chip"] = 6
    height["sim/parallel"] = 7
    height["sim/programming"] = 7
    height["sim/functional"] = height["sim/systemc"] = 8
    height["sim/report"] = 9
    height["sim/studies"] = 10
    height["sim/cli"] = 11
    # Libraries and the folders that may include them.
    home["<systemc"] = home["<sysc/"] = home["<tlm"] = "sim/kernel, sim/network_on_chip, sim/systemc"
    home["<mpi.h>"] = "sim/parallel"
    home["<boost/mpi"] = "sim/parallel"
    home["<torch/"] = "workloads"
    home["<ATen/"] = "workloads"
    home["<c10/"] = "workloads"
    home["<hdf5.h>"] = "mapping"
    split(modules, list, " ")
    for (i in list) {
      split(list[i], module, ":")
      is_module[module[1]] = 1
      header_of[module[2]] = module[1]
    }
    # What builds modules and binds them to each other.
    binds["sim/network_on_chip/mesh_network"] = binds["sim/systemc/tile"] = 1
    binds["sim/systemc/machine"] = binds["sim/systemc/program_machine"] = 1
    # A signal handler has no other way to what it reports.
    keeps_globals["sim/cli/interruption"] = 1
    # Folders that are larger than they should be.
    large["arch"] = large["device"] = large["workloads"] = large["sim/studies"] = large["sim/cli"] = 1
  }
  function folder_of(path, parts, n) {
    n = split(path, parts, "/")
    return parts[1] == "sim" && n > 2 ? "sim/" parts[2] : parts[1]
  }
  function stem_of(path) {
    sub(/(-inl)?\.(h|cpp)$/, "", path)
    return path
  }
  # A module other than that of the file, which only wires may know.
  function is_another_module(header) { return header in is_module && stem_of(header) != stem && !(stem in binds) }
  function error(text) {
    print FILENAME ":" FNR ": " text
    errors++
  }
  FNR == 1 {
    mine = folder_of(FILENAME)
    stem = stem_of(FILENAME)
    where = stem
    sub(/\/[^\/]*$/, "", where)
    if (!(stem in seen) && ++units[where] == 26 && !(where in large)) error("the folder " where " has more than 25 units; split it by what they are")
    seen[stem] = 1
    if (!(mine in height)) error("the folder " mine " has no place among the layers; give it one in scripts/check_layers.sh")
    if ($0 != "// SPDX-License-Identifier: Apache-2.0") error("the first line is not the SPDX licence line")
  }
  # As clang-format writes it, only what is at namespace scope starts a line.
  /^(static |thread_local |inline |extern )*[A-Za-z_][A-Za-z0-9_:<>,*& ]* [*&]*[a-z_][A-Za-z0-9_]*(\[[^(]*\])?( = .*|\{.*\})?;/ {
    if ($1 !~ /^(const|constexpr|using|namespace|typedef|class|struct|enum|union|friend|return|template|static_assert|public:|private:)$/ && $0 !~ /^(static |inline |thread_local |extern )*(const|constexpr) / && !(stem in keeps_globals))
      error("a variable at namespace scope that is not constant; give it an owner")
  }
  /^[ \t]+(static|thread_local) / {
    if ($0 !~ /^[ \t]+(static |thread_local |inline )*(const|constexpr) / && $0 !~ /^[^={;]*\(/)
      error("a static variable that is not constant; give it an owner")
  }
  FNR == 401 { print FILENAME ": warning: over 400 lines, wants splitting" }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    other = folder_of(quoted[2])
    if (!(other in height))
      error("\"" quoted[2] "\" does not start with a layer; include paths start at the root")
    else if (other != mine && height[other] >= height[mine])
      error(mine " includes \"" quoted[2] "\", which is not below it")
    else if (is_another_module(quoted[2]))
      error("\"" quoted[2] "\" is another SystemC module; reach it through a port, which tile or machine binds")
  }
  /^[ \t]*#[ \t]*include[ \t]*</ {
    included = substr($0, index($0, "<"))
    for (name in home)
      if (index(included, name) == 1 && index(", " home[name] ", ", ", " mine ", ") == 0) error(included " belongs in " home[name] " only")
  }
  /^class [A-Za-z]+;/ {
    name = $2
    sub(/;.*/, "", name)
    if (name in header_of && (mine == "sim/systemc" || mine == "sim/network_on_chip") && is_another_module(header_of[name]))
      error(name " of " header_of[name] " is another SystemC module; reach it through a port, which tile or machine binds")
  }
  END { exit errors > 0 }
'
