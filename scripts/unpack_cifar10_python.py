#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The batches of cifar-10-python.tar.gz in the binary form: records of a label and the planes red, green, blue.

usage: unpack_cifar10_python.py ARCHIVE OUT_DIR      writes data_batch_{1..5}.bin and test_batch.bin

A pickle may run any code; here it can make nothing but the three things that an array of numpy is made of, and numpy
itself is not needed.
"""
import pathlib
import pickle
import sys
import tarfile

SAMPLES, PIXELS, CLASSES = 10000, 3 * 32 * 32, 10
FOLDER = "cifar-10-batches-py"


class Array:
    """What numpy.ndarray stores of itself: (version, shape, type, whether columns come first, bytes)."""

    def __init__(self, *_):
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def rows(self):
        _, shape, _, columns_first, data = self.state
        if tuple(shape) != (SAMPLES, PIXELS) or columns_first or len(data) != SAMPLES * PIXELS:
            raise ValueError(f"its data are {shape}, not {(SAMPLES, PIXELS)} bytes row by row")
        return data


class Loader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in (("numpy", "ndarray"), ("numpy", "dtype"),
                              ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")):
            return Array
        raise ValueError(f"it holds {module}.{name}, which no batch of CIFAR-10 does")


def batch(stream):
    content = Loader(stream, encoding="bytes").load()
    labels, data = content[b"labels"], content[b"data"].rows()
    if len(labels) != SAMPLES or not all(isinstance(one, int) and 0 <= one < CLASSES for one in labels):
        raise ValueError(f"it has {len(labels)} labels, not {SAMPLES} of 0 to {CLASSES - 1}")
    return b"".join(bytes([labels[i]]) + data[i * PIXELS:(i + 1) * PIXELS] for i in range(SAMPLES))


def main(archive, out_dir):
    with tarfile.open(archive) as tar:
        for name in [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]:
            try:
                records = batch(tar.extractfile(f"{FOLDER}/{name}"))
            except (KeyError, ValueError, EOFError, AttributeError, TypeError, pickle.UnpicklingError) as error:
                sys.exit(f"{archive}: {FOLDER}/{name}: {error}")
            (pathlib.Path(out_dir) / f"{name}.bin").write_bytes(records)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
