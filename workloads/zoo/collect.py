#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes what train_zoo wrote (NAME.onnx, NAME.json) into the zoo and rewrites zoo.json.

usage: collect.py FROM_DIR ZOO_DIR
"""
import hashlib
import json
import pathlib
import shutil
import sys


def main(source: pathlib.Path, zoo: pathlib.Path) -> None:
    index = zoo / "zoo.json"
    networks = {n["name"]: n for n in json.loads(index.read_text())["networks"]} if index.exists() else {}
    for description in sorted(source.glob("*.json")):
        entry = json.loads(description.read_text())
        model = source / f"{entry['name']}.onnx"
        entry["sha256"] = hashlib.sha256(model.read_bytes()).hexdigest()
        shutil.copyfile(model, zoo / model.name)
        networks[entry["name"]] = entry
    index.write_text(json.dumps({"networks": [networks[name] for name in sorted(networks)]}, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
