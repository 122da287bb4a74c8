# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by quickstart.sh, test.sh and .ci/run: what the project needs, and how it is built. The one list of packages.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Building and running the program.
build_packages=(
  build-essential cmake ninja-build pkg-config git
  libsystemc-dev nlohmann-json3-dev libboost-dev librandom123-dev libeigen3-dev libhwy-dev
  libtorch-dev libopenblas-dev libonnx-dev libprotobuf-dev
  libcli11-dev libfmt-dev libspdlog-dev zlib1g-dev libhdf5-dev libboost-mpi-dev openmpi-bin
  libjs-chart.js dataset-fashion-mnist
)
# The test suite and the benchmarks.
test_packages=(libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev libvalijson-dev python3)
# Format and tidy. Version 14 of both is what the tree is formatted with.
check_packages=(clang-format clang-tidy)

# Fuzzing.
fuzz_packages=(clang libclang-rt-14-dev)

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root and there is no sudo; as root, run: $*"
  fi
}

# install_packages PACKAGE...: installs what is missing, and asks for root only then.
install_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null ||
    fail "this is not Debian; install what these packages hold, then: cmake --preset release && cmake --build --preset release
$*"
  for package in "$@"; do
    # shellcheck disable=SC2016  # the format string is dpkg-query's, not the shell's
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -q </dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
}

# libtorch calls whatever libblas.so.3 points at, and the reference BLAS is about 20 times slower.
use_openblas() {
  local multiarch link current
  multiarch=$(gcc -print-multiarch)
  for link in libblas.so.3 liblapack.so.3; do
    current=$(readlink -f "/usr/lib/$multiarch/$link" || true)
    case $current in
      *openblas*) ;;
      *)
        say "Making OpenBLAS the machine's $link (it was ${current:-missing})"
        as_root update-alternatives --set "$link-$multiarch" "/usr/lib/$multiarch/openblas-pthread/$link"
        ;;
    esac
  done
}

# build PRESET TARGET [CMAKE-OPTION...]: configures once and builds what has changed.
build() {
  local preset=$1 target=$2 output
  shift 2
  say "Building $target (preset $preset)"
  cd "$repository" || exit
  output=$(cmake --preset "$preset" "$@" 2>&1) || fail "cmake could not configure the preset $preset
$output"
  cmake --build --preset "$preset" --target "$target"
}
