#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents say is what the program does.

    check_documents.py figures  NVCIM DOCUMENT...   runs the command behind every marked figure and compares
    check_documents.py commands NVCIM README        runs the sh blocks of the README, shortened

A marked figure is a number, its unit and a comment that a reader does not see:

    LeNet keeps 69.7 % <!-- nvcim run --set /device/sigma_scale=2 | accuracy -->

The comment holds the command, or several with " && " between, and after " | " a metric of the last one's result.json, with ":low" or
":high" for the ends of its interval; or a table, row and column there (drawn.1.accuracy_min; partitions.*.programming_time: the sum over
all rows). Behind a
``` block that quotes the terminal stands  <!-- nvcim run | text -->: the block is compared line by line, up to a line that holds
only "…".
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

PREFIXES = {"": 1, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "n": 1e-9, "p": 1e-12, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
UNITS = ("J", "s", "W", "TOPS/W", "TOPS", "mm^2", "mm²")
FIGURE = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[^\s|<]*)\s*<!-- (?P<command>nvcim [^|>]*?) \| (?P<metric>(?!text)[\w.:*]+) -->")
QUOTE = re.compile(r"```\n(?P<text>(?:(?!```).)*)```\n<!-- (?P<command>nvcim [^|>]*?) \| text -->", re.S)


def scale_of(unit):
    """What a figure in this unit is multiplied by to be in the unit of result.json."""
    if unit in ("", "%"):
        return 0.01 if unit == "%" else 1
    if unit in ("mm^2", "mm²"):
        return 1e-6
    for base in UNITS:
        if unit.endswith(base) and unit[: -len(base)] in PREFIXES:
            return PREFIXES[unit[: -len(base)]]
    sys.exit(f"error: no unit that the check knows: {unit}")


class Runner:
    """Runs each command once, in a folder of its own."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="nvcim-documents-")
        self.done = {}

    def run(self, command):
        if command not in self.done:
            folder = os.path.join(self.folder.name, str(len(self.done)))
            out = os.path.join(folder, "result")
            os.mkdir(folder)
            steps = command.split(" && ")
            for step in steps:
                words = [self.program] + shlex.split(step)[1:] + (["--out", out] if step is steps[-1] else [])
                outcome = subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False)
                if outcome.returncode != 0:
                    sys.exit(f"error: {step}: exit code {outcome.returncode}\n{outcome.stderr}")
            with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
                self.done[command] = (json.load(file), outcome.stdout)
        return self.done[command]


def cell_of(result, address):
    """The number at TABLE.ROW.COLUMN of result.json; the row "*" adds up over all."""
    name, row, column = address.split(".")
    table = next(table for table in result["tables"] if table["name"] == name)
    at = [each["name"] for each in table["columns"]].index(column)
    return sum(cells[at] for cells in table["rows"]) if row == "*" else table["rows"][int(row)][at]


def metric_of(result, name):
    name, _, side = name.partition(":")
    try:
        found = result.get("metrics", {}).get(name)
        return found[side or "value"] if found else cell_of(result, name)
    except (KeyError, IndexError, ValueError, TypeError, StopIteration):
        sys.exit(f"error: result.json has no {name} {side}")


def check_figures(program, documents):
    runner = Runner(program)
    wrong = checked = 0
    for path in documents:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for found in FIGURE.finditer(text):
            number = found["number"].replace(",", "")
            digits = len(number.split(".")[1]) if "." in number else 0
            value = metric_of(runner.run(found["command"])[0], found["metric"]) / scale_of(found["unit"])
            said = f"{value:.{digits}f}"
            checked += 1
            if said != number:
                wrong += 1
                print(f"{path}: {found['number']} {found['unit']} ({found['metric']} of {found['command']}) is {said}")
        for found in QUOTE.finditer(text):
            output = runner.run(found["command"])[1].lstrip("\n").splitlines()
            for row, line in enumerate(found["text"].splitlines()):
                if line.strip() == "…":
                    break
                checked += 1
                if row >= len(output) or output[row].rstrip() != line.rstrip():
                    wrong += 1
                    print(f"{path}: {found['command']}: line {row + 1} is\n  {output[row] if row < len(output) else '(missing)'}\nnot\n  {line}")
    print(f"{checked} figures checked, {wrong} wrong")
    return 1 if wrong or not checked else 0


# Of the README's commands: what an option is cut to, and what is added where it is not given.
SHORTER = {"--instances": "3", "--draws": "5", "--samples": "60", "--batch": "10", "--kpp-instances": "72", "--validation": "100"}
ADDED = {
    "run": {"--samples": "60"}, "program": {}, "mc": {"--samples": "60"}, "sweep": {"--samples": "60", "--instances": "1"},
    "calibrate": {"--samples": "60"}, "sensitivity": {"--samples": "200"}, "select": {}, "worst-case": {"--samples": "60", "--search-samples": "100", "--enough": "0.5"},
    "train": {"--samples": "400", "--float-epochs": "1", "--quantised-epochs": "1", "--validation": "100",
              "--kpp-instances": "72"},
}
# A block with one of these words is not run here, and why.
NOT_RUN = {
    "scripts/quickstart.sh": "it is how this build came about",
    "mpirun": "its tests are tests/mpi",
    "resnet20.onnx": "the network is the user's",
    "net.onnx": "the network is the user's",
}


def shorten(words):
    """`words` of a call of nvcim, with fewer samples, chips and epochs."""
    command = next((word for word in words if word in ADDED), None)
    if command is None or "--help" in words:
        return words
    out = list(words)
    for i, word in enumerate(out[:-1]):
        if word in SHORTER and out[i + 1].isdigit():
            out[i + 1] = str(min(int(out[i + 1]), int(SHORTER[word])))
    for option, value in ADDED[command].items():
        no_data = option == "--samples" and "none" in out
        if option not in out and not no_data:
            out += [option, value]
    return out


def check_commands(program, readme):
    with open(readme, encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
    wrong = ran = 0
    with tempfile.TemporaryDirectory(prefix="nvcim-readme-") as folder:
        # `nvcim` of this folder is the program with its calls shortened; the README's own PATH line would undo that.
        os.mkdir(os.path.join(folder, "bin"))
        wrapper = os.path.join(folder, "bin", "nvcim")
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec {sys.executable} {os.path.abspath(__file__)} call {program} \"$@\"\n")
        os.chmod(wrapper, 0o755)
        os.symlink(os.path.join(os.path.dirname(os.path.abspath(readme)), "scripts"), os.path.join(folder, "scripts"))
        os.symlink(os.path.join(os.path.dirname(os.path.abspath(readme)), "data"), os.path.join(folder, "data"))
        environment = dict(os.environ, PATH=os.path.join(folder, "bin") + ":" + os.environ["PATH"])
        for block in blocks:
            reason = next((why for word, why in NOT_RUN.items() if word in block), None)
            if reason:
                print(f"not run ({reason}): {block.splitlines()[0]}")
                continue
            lines = [line for line in block.splitlines() if not line.startswith("export PATH=")]
            outcome = subprocess.run(["bash", "-e", "-c", "\n".join(lines)], cwd=folder, env=environment, check=False,
                                     capture_output=True, text=True)
            ran += 1
            if outcome.returncode != 0:
                wrong += 1
                print(f"exit code {outcome.returncode} of\n{block}\n{outcome.stdout[-2000:]}{outcome.stderr[-2000:]}")
    print(f"{ran} blocks of commands ran, {wrong} failed")
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("figures", "commands", "call"):
        sys.exit(__doc__)
    if sys.argv[1] == "call":
        os.execv(sys.argv[2], [sys.argv[2]] + shorten(sys.argv[3:]))
    sys.argv[2] = os.path.abspath(sys.argv[2])
    sys.exit(check_figures(sys.argv[2], sys.argv[3:]) if sys.argv[1] == "figures" else check_commands(sys.argv[2], sys.argv[3]))
