#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command in a fresh minimal root of Debian or Ubuntu, in a clone of HEAD, so that nothing that this machine has can
# help. Needs root, mmdebstrap (or debootstrap) and git.
#   scripts/bare_root.sh [--release bookworm|trixie|noble] [--no-clone] [--bring FILE]... [--take PATH]... COMMAND [ARGUMENT...]
#   scripts/bare_root.sh --release trixie 'scripts/quickstart.sh && scripts/test.sh'
# --bring FILE  is copied into the root's /root before; --take PATH (in the clone) is copied out to $NVCIM_ROOTS/taken after.
# The minimal root (a week) and downloaded packages are kept in $NVCIM_ROOTS (/var/cache/nvcim-roots); each call begins with a
# copy of the minimal root and nothing else.
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

release=bookworm
clone=yes
bring=()
take=()
while [ $# -gt 0 ]; do
  case $1 in
    --release) release=${2:?--release needs a name}; shift 2 ;;
    --no-clone) clone=no; shift ;;
    --bring) bring+=("${2:?--bring needs a file}"); shift 2 ;;
    --take) take+=("${2:?--take needs a path}"); shift 2 ;;
    -*) fail "unknown option $1; there are --release NAME, --no-clone, --bring FILE and --take PATH" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || fail "no command; e.g. scripts/bare_root.sh 'scripts/quickstart.sh && scripts/test.sh'"
[ "$(id -u)" -eq 0 ] || fail "a root of its own needs root"

roots=${NVCIM_ROOTS:-/var/cache/nvcim-roots}
minimal=$roots/$release.minimal
archives=$roots/$release.archives
rm -rf "$roots/taken"
mkdir -p "$archives" "$roots/taken"

sources() {
  case $release in
    bookworm | trixie)
      printf 'deb http://deb.debian.org/debian %s main\n' "$release" "$release-updates"
      printf 'deb http://deb.debian.org/debian-security %s-security main\n' "$release"
      ;;
    *) printf 'deb http://archive.ubuntu.com/ubuntu %s main universe\n' "$release" "$release-updates" ;;
  esac
}

# Where this machine names mirrors of its own, those are used.
make_minimal_root() {
  say "Making a minimal root of $release"
  rm -rf "$minimal.part" "$minimal"
  if command -v mmdebstrap >/dev/null; then
    sources | mmdebstrap --quiet --variant=minbase "$release" "$minimal.part" -
  else
    debootstrap --variant=minbase "$release" "$minimal.part"
    sources >"$minimal.part/etc/apt/sources.list"
  fi
  mv "$minimal.part" "$minimal"
}
[ -n "$(find "$minimal" -maxdepth 0 -mtime -7 2>/dev/null)" ] || make_minimal_root

root=$(mktemp -d "$roots/$release.run.XXXXXX")
cleanup() { rm -rf --one-file-system "$root"; }
trap cleanup EXIT
cp -a "$minimal/." "$root"
find "$archives" -name '*.deb' -exec cp -al -t "$root/var/cache/apt/archives" {} + 2>/dev/null || true
# The network of this machine: its resolver, and the certificate authorities that its administrator added.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/usr/local/share/ca-certificates"
cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true

folder=/root
if [ "$clone" = yes ]; then
  folder=/root/nvcim/main
  git -c safe.directory='*' clone --quiet --no-hardlinks "$repository" "$root$folder"
fi
for file in "${bring[@]}"; do cp -a "$file" "$root/root/"; done

code=0
# The mounts live in a namespace of their own and end with it.
# shellcheck disable=SC2016  # expanded inside
unshare --mount --pid --fork --kill-child env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  root="$root" folder="$folder" command="$*" bash -c '
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --bind /sys "$root/sys" || exit
    exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CI=true \
      bash -c "cd \"\$1\" && eval \"\$2\"" bash "$folder" "$command"' </dev/null || code=$?

find "$root/var/cache/apt/archives" -maxdepth 1 -name '*.deb' -exec cp -aln -t "$archives" {} + 2>/dev/null || true
for path in "${take[@]}"; do
  # shellcheck disable=SC2086  # PATH may be a pattern
  cp -a "$root$folder"/$path "$roots/taken/" || [ "$code" -ne 0 ] || code=1
done
exit "$code"
