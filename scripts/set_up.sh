# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by quickstart.sh, test.sh and .ci/run: what the project needs, and how it is built. The one list of packages.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Building and running the program: `nvcim run` and every command but `nvcim train`, in one process.
# scripts/cmake/dependencies.cmake looks for the libraries among them; tests/install compares the two lists.
build_packages=(
  g++ cmake ninja-build pkg-config
  libsystemc-dev nlohmann-json3-dev libboost-dev librandom123-dev libeigen3-dev libhwy-dev
  libopenblas0-pthread libonnx-dev libprotobuf-dev
  libcli11-dev libfmt-dev zlib1g-dev libhdf5-dev
  libjs-chart.js dataset-fashion-mnist
)
# `nvcim train`, and runs spread by mpirun.
training_packages=(libtorch-dev)
mpi_packages=(libboost-mpi-dev openmpi-bin)
# The test suite and the benchmarks, with the browser and the tools that its tests use; Python with numpy is the second chip of
# tests/oracle.
test_packages=(
  git curl ca-certificates libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev libvalijson-dev
  chromium python3 python3-numpy python3-torch python3-onnx
)
# Format and tidy. Version 14 of both is what the tree is formatted with.
check_packages=(clang-format-14 clang-tidy-14)
# Fuzzing.
fuzz_packages=(clang libclang-rt-14-dev)
# The Debian package of the program: cmake --build --preset release --target package.
package_packages=(dpkg-dev file)

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
    fail "this needs root and there is no sudo. As root, run: $*
Without root: build what is missing under a folder of your own and say cmake --preset release -DCMAKE_PREFIX_PATH=FOLDER"
  fi
}

# What a system without Debian's packages needs, and how it is told where that is.
explain_other_system() {
  cat >&2 <<'TEXT'
error: this system has no dpkg, so its packages cannot be installed from here. Install with its own package manager, or
under a folder of your own without root:

  GCC 12 or Clang 14, CMake 3.25, Ninja, pkg-config
  SystemC 2.3.4 (built as C++17), nlohmann-json 3.11, Boost 1.74, Random123, Eigen 3.3, Highway 1.0, OpenBLAS, HDF5 1.10,
  ONNX 1.12 with its CMake package, Protobuf 3.21, CLI11 2.1, fmt 9, zlib, Chart.js 3
  Fashion-MNIST: the four idx files in $HOME/.local/share/nvcim/fashion_mnist

Then, where FOLDER holds what the system does not:

  cmake --preset release -DCMAKE_PREFIX_PATH=FOLDER
  cmake --build --preset release --target nvcim
  build/release/nvcim run rram_1t1r_128 --workload lenet_fashion_mnist_8b

`nvcim train` needs libtorch 1.13 or newer as well, runs under mpirun Boost.MPI.
TEXT
  exit 1
}

# install_packages PACKAGE...: installs what is missing, and asks for root only then.
install_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null || explain_other_system
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
