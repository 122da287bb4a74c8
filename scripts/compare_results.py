#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether a result holds the values of one that version 0.2.0 wrote for the same command.

    compare_results.py OLD NEW [RELATIVE]      result folders, or their JSON files

Version 0.2.0 wrote a form of its own for every command; result_names.tsv says where each value stands now. Numbers must be the
same to the bit, or within RELATIVE where they hang on the BLAS of the machine (sensitivities, trainings). Every value of OLD must be found, and where the old form left a cell out the new one holds null.
"""
import json
import os
import struct
import sys

NAMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "result_names.tsv")
MISSING = object()


def read_result(path):
    if os.path.isdir(path):
        found = [name for name in ("result.json", "workload.json", "check.json") if os.path.exists(os.path.join(path, name))]
        if not found:
            sys.exit(f"error: {path} holds no result")
        path = os.path.join(path, found[0])
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def read_names(study):
    """[(old steps, new address)] of a study."""
    with open(NAMES, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return [(old.split("/"), new) for of, old, new in rows if of in ("*", study)]


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, path + (name,))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, path + (index,))
    else:
        yield path, value


def match(steps, path):
    """What the stars of `steps` stand for in `path`; None where it is another path."""
    if len(steps) != len(path):
        return None
    stars = []
    for step, at in zip(steps, path):
        if step == "*":
            stars.append(at)
        elif step != str(at):
            return None
    return stars


def same(old, new, relative):
    if isinstance(old, bool) or isinstance(new, bool) or isinstance(old, str) or old is None:
        return old is new or (type(old) is type(new) and old == new)
    if not isinstance(new, (int, float)):
        return False
    if isinstance(old, int) and isinstance(new, int):
        return old == new
    if relative > 0:
        return abs(old - new) <= relative * max(abs(old), abs(new))
    return struct.pack("<d", old) == struct.pack("<d", new)


def fact_text(value):
    return ("yes" if value else "no") if isinstance(value, bool) else value


class New:
    def __init__(self, result):
        self.result = result
        self.columns = {}
        for table in result["tables"]:
            for at, column in enumerate(table["columns"]):
                self.columns[f"tables/{table['name']}/{column['name']}"] = [row[at] for row in table["rows"]]

    def single(self, address, stars):
        """What stands at an address outside tables."""
        kind, *rest = address.split("/")
        stars = list(stars)
        rest = [step.replace("*", str(stars.pop(0))) if "*" in step else step for step in rest]
        at = self.result.get(kind, MISSING)
        for step in rest:
            at = at.get(step, MISSING) if isinstance(at, dict) else MISSING
        return at["value"] if kind == "facts" and isinstance(at, dict) else at


def compare(old, result, relative=0.0):
    """Differences, one a line, and how many values were compared."""
    new, names = New(result), read_names(result["study"])
    wrong, compared, found = [], 0, {}
    for path, value in leaves(old):
        rule = next((rule for rule in enumerate(names) if match(rule[1][0], path) is not None), None)
        if rule is None:
            wrong.append(f"{'/'.join(map(str, path))} = {value!r}: result_names.tsv does not know it")
        elif rule[1][1].startswith("tables/"):
            found.setdefault(rule[0], []).append((match(rule[1][0], path), path, value))
        elif rule[1][1] != "-":
            address = rule[1][1]
            there = new.single(address, match(rule[1][0], path))
            wanted = fact_text(value) if address.startswith("facts/") else value
            compared += 1
            if not same(wanted, there, relative) and not (wanted is None and there is MISSING):
                wrong.append(f"{'/'.join(map(str, path))} = {value!r}, {address} = {'nothing' if there is MISSING else repr(there)}")
    for number, values in found.items():
        address = names[number][1]
        column = new.columns.get(address)
        if column is None:
            wrong.append(f"{address} is missing")
            continue
        rows = {}
        for position, (stars, path, value) in enumerate(values):
            rows[stars[0] if len(stars) == 1 else position] = (path, value)
        for row in range(max(len(column), max(rows) + 1)):
            path, value = rows.get(row, (("(left out)",), None))
            there = column[row] if row < len(column) else MISSING
            compared += 1
            if not same(value, there, relative):
                wrong.append(f"{'/'.join(map(str, path))} = {value!r}, {address} row {row} = {'nothing' if there is MISSING else repr(there)}")
    return wrong, compared


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    relative = float(sys.argv[3]) if len(sys.argv) == 4 else 0.0
    wrong, compared = compare(read_result(sys.argv[1]), read_result(sys.argv[2]), relative)
    for line in wrong:
        print(line)
    print(f"{compared} values compared, {len(wrong)} differ")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
