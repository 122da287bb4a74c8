#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports a PyTorch network for nvcim: an ONNX file in floating point that also says how pixels become inputs.

    scripts/export_onnx.py MODULE:CALLABLE --input 3x32x32 --out net.onnx
                           [--weights FILE] [--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225] [--opset 13]

MODULE:CALLABLE  what gives the network, e.g. torchvision.models:resnet18 or my_nets:resnet20 (found in the current folder
                 too); called without arguments
--weights        a state dictionary that torch.save wrote, bare or below "state_dict"; "module." before the names is dropped
--mean, --std    of the normalisation of pixels / 255 in training; kept in the file, so that no command needs --normalize

Needs torch and onnx (Debian: python3-torch, python3-onnx). As a library: export(module, (3, 32, 32), "net.onnx", mean, std).
"""
import argparse
import importlib
import os
import sys


def pixel_metadata(mean, std):
    """nvcim's words for (pixel / 255 - mean) / std: input = pixel * scale + offset."""
    return {"nvcim.pixel_scale": ", ".join(repr(1 / (255 * s)) for s in std),
            "nvcim.pixel_offset": ", ".join(repr(-m / s) for m, s in zip(mean, std))}


def export(module, shape, path, mean=None, std=None, opset=13):
    """Writes `module` in evaluation mode, its batch open. @param shape  of one input, without the batch"""
    import onnx
    import torch

    module.eval()
    example = torch.randn(1, *shape)
    torch.onnx.export(module, example, path, opset_version=opset, input_names=["input"], output_names=["logits"],
                      do_constant_folding=True, dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}})
    model = onnx.load(path)
    if mean is not None:
        for key, value in pixel_metadata(mean, std).items():
            model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def load_weights(module, path):
    import torch

    state = torch.load(path, map_location="cpu")
    state = state.get("state_dict", state)
    module.load_state_dict({name.removeprefix("module."): value for name, value in state.items()})


def numbers(text):
    return [float(value) for value in text.split(",")]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", metavar="MODULE:CALLABLE")
    parser.add_argument("--input", required=True, metavar="CxHxW")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--weights", metavar="FILE")
    parser.add_argument("--mean", type=numbers)
    parser.add_argument("--std", type=numbers)
    parser.add_argument("--opset", type=int, default=13)
    options = parser.parse_args(arguments)
    if (options.mean is None) != (options.std is None):
        parser.error("--mean and --std belong together")
    if options.mean is not None and len(options.mean) != len(options.std):
        parser.error("--mean and --std have different lengths")
    name, _, attribute = options.network.partition(":")
    if not attribute:
        parser.error(f"{options.network} is not MODULE:CALLABLE")
    try:
        shape = tuple(int(side) for side in options.input.lower().split("x"))
    except ValueError:
        parser.error(f"--input {options.input} is not CxHxW, such as 3x32x32")
    sys.path.insert(0, os.getcwd())
    module = getattr(importlib.import_module(name), attribute)()
    if options.weights:
        load_weights(module, options.weights)
    export(module, shape, options.out, options.mean, options.std, options.opset)
    print(f"{options.out}: try nvcim workload {options.out}")


if __name__ == "__main__":
    main()
