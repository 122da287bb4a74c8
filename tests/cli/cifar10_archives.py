#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes cifar-10-binary.tar.gz and cifar-10-python.tar.gz in the layout of the official archives, with images of one
colour: sample i of batch b has label i % 10, red i % 256, green b, blue 7. One file holds what is no CIFAR-10.

usage: cifar10_archives.py OUT_DIR
"""
import io
import pathlib
import pickle
import sys
import tarfile
import types

SAMPLES = 10000
BATCHES = {f"data_batch_{k}": k for k in range(1, 6)} | {"test_batch": 6}

# Modules that pickle can name, so that the pickles refer to numpy as the official ones do.
numpy = types.ModuleType("numpy")
multiarray = types.ModuleType("numpy.core.multiarray")


class ndarray:
    def __init__(self, state):
        self.state = state

    def __reduce__(self):
        return multiarray._reconstruct, (ndarray, (0,), b"b"), self.state


class dtype:
    def __reduce__(self):
        return dtype, ("u1", 0, 1), (3, "|", None, None, None, -1, -1, 0)


def _reconstruct(*_):
    return None


for made, module in ((ndarray, numpy), (dtype, numpy), (_reconstruct, multiarray)):
    made.__module__ = module.__name__
    made.__qualname__ = made.__name__
    setattr(module, made.__name__, made)
sys.modules |= {"numpy": numpy, "numpy.core": types.ModuleType("numpy.core"), "numpy.core.multiarray": multiarray}


def pixels(sample, batch):
    return bytes([sample % 256]) * 1024 + bytes([batch]) * 1024 + b"\x07" * 1024


def add(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def main(out):
    with tarfile.open(out / "binary.tar.gz", "w:gz", compresslevel=1) as tar:
        for name, batch in BATCHES.items():
            add(tar, f"cifar-10-batches-bin/{name}.bin",
                b"".join(bytes([i % 10]) + pixels(i, batch) for i in range(SAMPLES)))
    with tarfile.open(out / "python.tar.gz", "w:gz", compresslevel=1) as tar:
        for name, batch in BATCHES.items():
            data = b"".join(pixels(i, batch) for i in range(SAMPLES))
            array = ndarray((1, (SAMPLES, 3072), dtype(), False, data))
            add(tar, f"cifar-10-batches-py/{name}",
                pickle.dumps({b"labels": [i % 10 for i in range(SAMPLES)], b"data": array}, protocol=3))
    with tarfile.open(out / "evil.tar.gz", "w:gz") as tar:
        add(tar, "cifar-10-batches-py/test_batch", b"")
        add(tar, "cifar-10-batches-py/data_batch_1", b"cos\nsystem\n(S'touch ran'\ntR.")
    with tarfile.open(out / "other.tar.gz", "w:gz") as tar:
        add(tar, "readme", b"nothing of the kind")


main(pathlib.Path(sys.argv[1]))
