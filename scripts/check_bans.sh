#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when code outside sim/cli reads the environment, ends the program, prints, turns text into a number without seeing
# mistakes, or holds what was left behind: only the request, the files it names and the seed may decide a result, and only
# the command line talks to the user.
#   scripts/check_bans.sh [FOLDER]   (the tree that holds this script)
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
find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' -o -name '*.h.in' \) -not -path 'sim/cli/*' -print0 | sort -z |
  xargs -0 --no-run-if-empty awk '
  BEGIN {
    # FILE BAN: why this one may.
    allowed["arch/check.cpp fprintf"] = "the one check of ours says what did not hold"
    allowed["arch/check.cpp abort"] = "and ends the program there"
    allowed["sim/parallel/mpi_ranks.h abort"] = "a rank that fails alone ends the others, which would wait for ever"
    allowed["sim/parallel/mpi_ranks.cpp abort"] = "the same"
    allowed["sim/parallel/mpi_ranks.cpp _Exit"] = "where the library comes back from that"
    allowed["mapping/guarded_child.cpp _exit"] = "a forked child ends without running what belongs to its parent"

    # Words that are banned wherever code names them, and why.
    words["getenv"] = words["secure_getenv"] = words["setenv"] = words["putenv"] = words["unsetenv"] = "the environment decides no result"
    words["environ"] = words["getenv"]
    words["printf"] = words["fprintf"] = words["vprintf"] = words["vfprintf"] = words["puts"] = words["fputs"] = "only sim/cli prints"
    words["putchar"] = words["perror"] = words["cout"] = words["cerr"] = words["clog"] = words["printf"]
    words["atoi"] = words["atol"] = words["atoll"] = words["atof"] = "takes any text for a number; use std::from_chars"
    # Banned as calls only: they are common words.
    calls["exit"] = calls["_exit"] = calls["_Exit"] = calls["quick_exit"] = calls["at_quick_exit"] = "only sim/cli ends the program"
    calls["abort"] = calls["terminate"] = "what does not hold is said by NVCIM_CHECK"
    # Left behind, also in comments.
    marks["FIXME"] = marks["HACK"] = marks["XXX"] = "finish it or drop it"
  }
  function error(ban, why) {
    if ((FILENAME " " ban) in allowed) return
    print FILENAME ":" FNR ": " ban ": " why
    errors++
  }
  function whole_word(text, word) { return text ~ ("(^|[^A-Za-z0-9_])" word "([^A-Za-z0-9_]|$)") }
  # The line without what stands in texts, characters and comments.
  function bare(line, kept, at, opens) {
    kept = ""
    gsub(/\\./, "", line)  # escapes, so that a text ends at its next quote
    for (;;) {
      if (in_comment) {
        at = index(line, "*/")
        if (at == 0) return kept
        line = substr(line, at + 2)
        in_comment = 0
      }
      if (!match(line, /["'"'"']|\/\/|\/\*/)) return kept line
      kept = kept substr(line, 1, RSTART - 1)
      opens = substr(line, RSTART, RLENGTH)
      line = substr(line, RSTART + RLENGTH)
      if (opens == "//") return kept
      if (opens == "/*") {
        in_comment = 1
        continue
      }
      at = index(line, opens)
      if (at > 0) line = substr(line, at + 1)  # else a digit separator, or a text that goes on
      kept = kept " "
    }
  }
  FNR == 1 { in_comment = 0 }
  {
    for (mark in marks)
      if (whole_word($0, mark)) error(mark, marks[mark])
    code = bare($0)
    if (code ~ /^[ \t]*#[ \t]*if[ \t]+(0|false)([ \t]|$)/) error("#if 0", "drop code that is not compiled")
    for (word in words)
      if (whole_word(code, word)) error(word, words[word])
    for (word in calls)
      if (code ~ ("(^|[^A-Za-z0-9_])" word "[ \t]*\\(")) error(word, calls[word])
  }
  END { exit errors > 0 }
'
