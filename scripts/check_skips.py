#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which tests were skipped, and why.

    scripts/check_skips.py [--strict] RESULTS.xml ALLOWED.txt

RESULTS.xml  what ctest --output-junit wrote
ALLOWED.txt  a line per reason that may stand: a part of the reason, " -- ", why it is no loss; # begins a comment
--strict     a skip for any other reason is an error (exit status 1)
"""
import argparse
import collections
import sys
import xml.etree.ElementTree as xml


def reason_of(case):
    """What the test said as it was skipped: the line after its place in the source, or ctest's own word."""
    lines = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
    for place, line in zip(lines, lines[1:]):
        if place.endswith(": Skipped"):
            return line
    return case.find("skipped").get("message") or "no reason given"


def allowed_reasons(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        if " -- " not in line:
            sys.exit(f'error: {path}: "{line}" says no " -- " and why it is no loss')
    return [line.split(" -- ")[0] for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("results")
    parser.add_argument("allowed")
    options = parser.parse_args()
    allowed = allowed_reasons(options.allowed)
    skipped = collections.defaultdict(list)
    for case in xml.parse(options.results).getroot().iter("testcase"):
        if case.find("skipped") is not None:
            skipped[reason_of(case)].append(case.get("name"))
    unexplained = 0
    for reason, names in sorted(skipped.items()):
        fine = any(part in reason for part in allowed)
        unexplained += 0 if fine else len(names)
        print(f"skipped: {len(names)} tests: {reason}{'' if fine else ' (not in the list of allowed reasons)'}; first {names[0]}")
    print(f"{sum(map(len, skipped.values()))} tests skipped, {unexplained} of them for a reason that is not allowed")
    return 1 if options.strict and unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
