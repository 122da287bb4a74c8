# SPDX-License-Identifier: Apache-2.0
"""Does the test suite notice? Tries the mutations of tests/mutations one at a time in a copy of the tree: changes one
place of one source file, builds the test binaries that should see it, runs the named tests, and says which mutations
were killed. Started by scripts/mutate.sh."""
import argparse
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY = ROOT / "build" / "mutate"
BUILD = COPY / "build" / "release"
RESULTS = ROOT / "build" / "mutate-results.tsv"
TESTS_TIME_OUT = 300  # seconds; the named tests take a few


class Mutation:
    def __init__(self, file, tests, old, new, reason, where):
        self.file, self.tests, self.old, self.new, self.reason, self.where = file, tests, old, new, reason, where

    def key(self):
        parts = "\0".join([self.file, self.old, self.new])
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def line(self):
        show = lambda text: " / ".join(part.strip() for part in text.splitlines())
        return f"{self.file}: {show(self.old)}  =>  {show(self.new) or '(nothing)'}"


def read_rows(folder):
    """Rows in the order of the files; see tests/mutations/README.md for the format."""
    rows, faults = [], []
    for path in sorted(folder.glob("*.mut")):
        file = tests = None
        old, new, reason, start, sign = [], [], "", 0, ""

        def close():
            if old:
                rows.append(Mutation(file, tests, "\n".join(old), "\n".join(new), reason, f"{path.name}:{start}"))

        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            mark, text = line[:1], line[2:]
            if mark == "@":
                close()
                old, new, reason = [], [], ""
                file, _, named = (part.strip() for part in text.partition("|"))
                tests = [tuple(one.split()) for one in named.split(";")]
                if any(len(one) != 2 for one in tests):
                    faults.append(f"{path.name}:{number}: wants 'file | binary filter; binary filter'")
            elif mark == "-":
                if sign != "-":
                    close()
                    old, new, reason, start = [], [], "", number
                old.append(text)
            elif mark == "+":
                new.append(text)
            elif mark == "=":
                reason = (reason + " " + text).strip()
            elif mark not in ("", "#"):
                faults.append(f"{path.name}:{number}: begins with none of @ - + = #")
            if mark in ("-", "+", "@"):
                sign = mark
        close()
    return rows, faults


def check_rows(rows):
    """Every row changes exactly one place, to something else, and no two rows are the same."""
    faults, texts, seen = [], {}, {}
    for row in rows:
        if row.file not in texts:
            path = ROOT / row.file
            texts[row.file] = path.read_text(encoding="utf-8") if path.is_file() else None
        text = texts[row.file]
        if text is None:
            faults.append(f"{row.where}: {row.file} is not there")
            continue
        found = text.count(row.old)
        if found != 1:
            faults.append(f"{row.where}: found {found} times in {row.file}: {row.old}")
        if row.old == row.new:
            faults.append(f"{row.where}: changes nothing")
        same = seen.setdefault((row.file, row.old, row.new), row.where)
        if same != row.where:
            faults.append(f"{row.where}: the same as {same}")
    return faults


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)


def copy_tree():
    """Brings the copy up to date, touching only files that differ, so that little is compiled again."""
    listed = run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True).stdout.split("\0")
    files = {name for name in listed if name and (ROOT / name).is_file()}
    for name in files:
        source, target = ROOT / name, COPY / name
        data = source.read_bytes()
        if target.is_file() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        shutil.copymode(source, target)
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY)
        if name.parts[0] != "build" and path.is_file() and str(name) not in files:
            path.unlink()


def build(targets):
    return run(["ninja", "-C", str(BUILD), *targets])


def test(binary, pattern):
    """Exit status and text of the named tests; 124 when they take too long."""
    command = [str(BUILD / binary), f"--gtest_filter={pattern}", "--gtest_fail_fast", "--gtest_brief=1"]
    try:
        done = run(command, cwd=BUILD, timeout=TESTS_TIME_OUT)
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout


def prepare(rows):
    """The copy, built, with every named test passing before anything is changed."""
    copy_tree()
    if not (BUILD / "build.ninja").exists():
        configured = run(["cmake", "--preset", "release", "-DNVCIM_TESTS=ON", "-DNVCIM_BENCH=OFF", "-DNVCIM_MPI=OFF",
                          "-DNVCIM_TRAINING=OFF", "-DNVCIM_UNITY=OFF"], cwd=COPY)
        if configured.returncode != 0:
            sys.exit(configured.stdout + "mutate: the copy cannot be configured")
    wanted = sorted({one for row in rows for one in row.tests})
    print(f"Builds {len({binary for binary, _ in wanted})} test binaries …", flush=True)
    built = build(sorted({binary for binary, _ in wanted}))
    if built.returncode != 0:
        sys.exit(built.stdout[-4000:] + "mutate: the tree does not build")
    for binary, pattern in wanted:
        status, text = test(binary, pattern)
        count = re.search(r"(\d+) tests? from \d+ test suites? ran", text)
        if status != 0 or not count or int(count.group(1)) == 0:
            sys.exit(f"{text[-4000:]}\nmutate: {binary} {pattern} does not pass unchanged, or names no test")


class Shortcut:
    """Compiles one source file and links one test binary with the commands that ninja would use, and nothing else:
    asking ninja costs more than the change. The file is compiled with less optimisation; no result depends on it."""

    commands = {}

    def __init__(self, file, binary):
        if binary not in self.commands:
            listed = run(["ninja", "-C", str(BUILD), "-t", "commands", binary], check=True).stdout
            self.commands[binary] = [line for line in listed.splitlines() if not line.startswith("ninja:")]
        lines = self.commands[binary]
        source = str(COPY / file)
        compiling = [line for line in lines if line.rstrip().endswith(f"-c {source}")]
        linking = [line for line in lines if f" -o {binary} " in line]
        self.usable = file.endswith(".cpp") and len(compiling) == 1 and len(linking) == 1
        if not self.usable:
            return
        text = (COPY / file).read_text(encoding="utf-8")
        kernels = "hwy/" in text or "boost/math" in text  # without any inlining they take minutes
        self.compile = re.sub(r" -O[23] ", " -O1 " if kernels else " -O0 ", compiling[0])
        self.object = re.search(r" -o (\S+\.o) ", compiling[0]).group(1)
        archiving = [line for line in lines if " qc " in line and self.object in line]
        self.archive = archiving[0] if archiving else ":"
        library = re.search(r" qc (\S+\.a) ", self.archive)
        self.link = linking[0].split(" && cd ")[0]
        self.touched = [BUILD / name for name in (self.object, library and library.group(1), binary) if name]

    def build(self):
        return run(["bash", "-c", f"{self.compile} && {self.archive} && {self.link}"], cwd=BUILD)

    def kept(self):
        return [(path, path.with_name(path.name + ".kept")) for path in self.touched]


def try_row(row):
    path = COPY / row.file
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace(row.old, row.new), encoding="utf-8")
    kept = []
    try:
        for binary, pattern in row.tests:
            shortcut = Shortcut(row.file, binary)
            if shortcut.usable:
                for one, copy in shortcut.kept():
                    if (one, copy) not in kept:
                        shutil.copy2(one, copy)
                        kept.append((one, copy))
                built = shortcut.build()
            else:
                built = build([binary])
            if built.returncode != 0:
                return "does not build", built.stdout[-1500:]
            status, _ = test(binary, pattern)
            if status != 0:
                return "killed", ""
        return "survived", ""
    finally:
        path.write_text(original, encoding="utf-8")
        for one, copy in kept:
            os.replace(copy, one)
        if not kept:
            build([binary for binary, _ in row.tests])


def load_results():
    results = {}
    if RESULTS.exists():
        for line in RESULTS.read_text(encoding="utf-8").splitlines():
            key, verdict, *_ = line.split("\t")
            results[key] = verdict
    return results


def summary(rows, results, keys):
    tried = [row for row in rows if keys[row.where] in results]
    by = lambda verdict: [row for row in tried if results[keys[row.where]] == verdict]
    killed, survived, broken = by("killed"), by("survived"), by("does not build")
    explained = [row for row in survived if row.reason]
    for row in survived:
        print(f"survived  {row.where} {row.line()}" + (f"\n          equivalent: {row.reason}" if row.reason else ""))
    for row in broken:
        print(f"does not build  {row.where} {row.line()}")
    share = 100 * len(killed) / len(tried) if tried else 0
    print(f"{len(killed)} of {len(tried)} mutations killed ({share:.1f} %); {len(survived)} survived, of which {len(explained)} "
          f"are explained; {len(broken)} do not build; {len(rows) - len(tried)} of {len(rows)} not tried")
    return 1 if broken or len(survived) > len(explained) else 0


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate.sh", description=__doc__)
    parser.add_argument("--list", action="store_true", help="only check that every row still names one place; print the rows")
    parser.add_argument("--only", metavar="REGEX", help="rows whose file, text or place matches")
    parser.add_argument("--range", metavar="A-B", help="rows A to B, counted from 1 in the order of --list")
    parser.add_argument("--sample", metavar="N", type=int, help="N rows drawn at random (seed 1)")
    parser.add_argument("--survivors", action="store_true", help="again those that survived before")
    parser.add_argument("--again", action="store_true", help="also rows that were tried before: after changes of what they mutate")
    parser.add_argument("--copy", metavar="DIR", help="where the copy is built (build/mutate); a second run beside the first needs its own")
    parser.add_argument("--report", action="store_true", help="only print what earlier runs found")
    options = parser.parse_args()
    global COPY, BUILD
    COPY = pathlib.Path(options.copy).resolve() if options.copy else COPY
    BUILD = COPY / "build" / "release"

    rows, faults = read_rows(ROOT / "tests" / "mutations")
    faults += check_rows(rows)
    if faults:
        sys.exit("\n".join(faults) + f"\nmutate: {len(faults)} faults in tests/mutations")
    keys = {row.where: row.key() for row in rows}
    chosen = rows
    if options.range:
        first, _, last = options.range.partition("-")
        chosen = chosen[int(first) - 1:int(last or first)]
    if options.only:
        chosen = [row for row in chosen if re.search(options.only, f"{row.where} {row.line()}")]
    if options.sample:
        chosen = random.Random(1).sample(chosen, min(options.sample, len(chosen)))
    if options.list:
        for row in chosen:
            print(f"{rows.index(row) + 1:4} {row.where} {row.line()}")
        print(f"{len(chosen)} mutations, each of one place")
        return 0
    results = load_results()
    if options.report:
        return summary(chosen, results, keys)
    if options.survivors:
        todo = [row for row in chosen if results.get(keys[row.where]) == "survived" and not row.reason]
    else:
        todo = [row for row in chosen if options.again or keys[row.where] not in results]
    random.Random(1).shuffle(todo)  # a run that is stopped has then tried a sample
    if todo:
        prepare(todo)
    for number, row in enumerate(todo, 1):
        began = time.monotonic()
        verdict, text = try_row(row)
        took = time.monotonic() - began
        print(f"{number}/{len(todo)} {verdict} in {took:.0f} s  {row.where} {row.line()}", flush=True)
        if text:
            print(text)
        results[keys[row.where]] = verdict
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(f"{keys[row.where]}\t{verdict}\t{took:.0f}\t{row.line()}\n")
    return summary(chosen, results, keys)


if __name__ == "__main__":
    sys.exit(main())
