#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/set_up.sh installs every package that scripts/cmake/dependencies.cmake looks for.
#   test_package_lists.sh SOURCE-FOLDER
set -euo pipefail
# shellcheck source=scripts/set_up.sh
source "$1/scripts/set_up.sh"
looked_for=$(sed -n 's/^nvcim_need(.* \([a-z0-9.+-]*\))$/\1/p' "$1/scripts/cmake/dependencies.cmake")
[ "$(wc -l <<<"$looked_for")" -ge 13 ] || { echo "no longer finds the list: $looked_for"; exit 1; }
missing=0
for package in $looked_for; do
  case " ${build_packages[*]} " in
    *" $package "*) ;;
    *) echo "$package is looked for, and scripts/set_up.sh does not install it"; missing=1 ;;
  esac
done
exit "$missing"
