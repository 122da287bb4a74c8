#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Values of every command are those that version 0.2.0 gave for it (old/, commands.tsv), under the names that CHANGELOG.md lists.

    compare_values.py NVCIM SOURCE_FOLDER
"""
import copy
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def read_tsv(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def first_number(value):
    """(container, key) of the first number that is no count in `value`."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, float) and each != 0:
            return value, key
        if isinstance(each, (dict, list)):
            found = first_number(each)
            if found:
                return found
    return None


def main(program, source):
    sys.path.insert(0, os.path.join(source, "scripts"))
    import compare_results  # pylint: disable=import-outside-toplevel

    wrong, studies = [], set()
    has_training = os.access(os.path.join(os.path.dirname(program), "nvcim-train"), os.X_OK)
    with tempfile.TemporaryDirectory(prefix="nvcim-results-") as folder:
        shutil.copytree(os.path.join(source, "tests/cli/inputs"), folder, dirs_exist_ok=True)
        for name, relative, command in read_tsv(os.path.join(HERE, "commands.tsv")):
            if name == "train" and not has_training:
                continue
            words = [program] + shlex.split(command) + ["--quiet", "--out", name]
            outcome = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
            if outcome.returncode != 0:
                wrong.append(f"{command}: exit code {outcome.returncode}: {outcome.stderr}")
                continue
            old = compare_results.read_result(os.path.join(HERE, "old", name + ".json"))
            new = compare_results.read_result(os.path.join(folder, name))
            studies.add(new["study"])
            found, compared = compare_results.compare(old, new, float(relative))
            wrong += [f"{name}: {line}" for line in found]
            print(f"{name}: {compared} values, {len(found)} differ")
            # A single last bit is seen.
            container, key = first_number(copied := copy.deepcopy(old))
            container[key] = math.nextafter(container[key], math.inf) if relative == "0" else container[key] * 1.01
            if not compare_results.compare(copied, new, float(relative))[0]:
                wrong.append(f"{name}: a changed {key} is not noticed")

    with open(os.path.join(source, "CHANGELOG.md"), encoding="utf-8") as file:
        changelog = file.read()
    for study, old, new in read_tsv(compare_results.NAMES):
        if study not in studies | {"*"} and not (study == "train" and not has_training):
            wrong.append(f"result_names.tsv: no stored result of {study}")
        if new not in ("-", old) and f"`{old}` → `{new}`" not in changelog:
            wrong.append(f"CHANGELOG.md does not list {old} → {new}")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2]))
