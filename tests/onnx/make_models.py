#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models of this folder: small networks exported from PyTorch (Debian: python3-torch, python3-onnx), each
with random inputs and what PyTorch makes of them. The files are part of the tree, so that the tests need neither.

    tests/onnx/make_models.py [FOLDER]     (models/ beside this script)

NAME.onnx   the network, as the exporter wrote it
NAME.data   little-endian float32: SAMPLES inputs, then SAMPLES outputs
"""
import pathlib
import sys

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

SAMPLES = 2


class Apply(nn.Module):
    """A function as a module, with modules it uses."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.function(self, x) if self.function.__code__.co_varnames[0] == "s" else self.function(x)


def small_head(channels, features=3):
    """Every model ends in a few numbers, so that the files stay small."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, features))


def batch_norm(channels, lines=None):
    norm = {None: nn.BatchNorm2d, 1: nn.BatchNorm1d}[lines](channels)
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.3, 2)
    nn.init.uniform_(norm.weight, -1.5, 1.5)
    nn.init.uniform_(norm.bias, -1, 1)
    return norm


class Squeeze(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels, gate):
        super().__init__()
        self.down, self.up, self.gate = nn.Conv2d(channels, 2, 1), nn.Conv2d(2, channels, 1), gate

    def forward(self, x):
        return x * self.gate(self.up(torch.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class Residual(nn.Module):
    """Basic block with the parameter-free shortcut: every second position, missing channels zero."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), batch_norm(outputs)
        self.second, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), batch_norm(outputs)
        self.more, self.stride = outputs - inputs, stride

    def forward(self, x):
        y = self.norm2(self.second(torch.relu(self.norm1(self.first(x)))))
        if self.more:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))
        return torch.relu(x + y)


def shuffle(x, groups=2):
    n, c, h, w = x.size()
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def models():
    """name, module, shape of one input, options of the export."""
    image, line = (3, 8, 8), (3, 12)
    yield "conv", nn.Conv2d(3, 4, (3, 2), (2, 1), (1, 0)), image, {}
    yield "conv_groups", nn.Sequential(nn.Conv2d(3, 6, 3, groups=3), nn.Conv2d(6, 4, 2, groups=2)), image, {}
    yield "conv_depthwise", nn.Sequential(nn.Conv2d(3, 6, 3, 1, 1, groups=3), nn.Conv2d(6, 2, 1)), image, {}
    yield "conv_dilation", nn.Conv2d(3, 2, 3, padding=(2, 1), dilation=(2, 3), bias=False), image, {}
    yield "conv_wide_padding", nn.Conv2d(3, 2, 1, stride=3, padding=2), (3, 4, 5), {}
    yield "conv_line", nn.Sequential(nn.Conv1d(3, 4, 3, 2, 1), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(4, 2, 2, groups=2),
                                     nn.Flatten(), nn.Linear(4, 3)), line, {}
    yield "line_means", nn.Sequential(nn.Conv1d(3, 4, 3), batch_norm(4, 1), nn.AvgPool1d(3, 2, 1), nn.Tanh(),
                                      nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 3)), line, {"keep_norm": True}
    yield "conv_norm", nn.Sequential(nn.Conv2d(3, 4, 3), batch_norm(4), nn.ReLU(), small_head(4)), image, {"keep_norm": True}
    yield "norm_conv", nn.Sequential(batch_norm(3), nn.ReLU(), nn.Conv2d(3, 4, 3, 1, 1), batch_norm(4), small_head(4)), image, {"keep_norm": True}
    yield "norm_branch", Apply(lambda s, x: (lambda y: s.head(s.norm(y) + y))(s.conv(x)), conv=nn.Conv2d(3, 4, 3),
                               norm=batch_norm(4), head=small_head(4)), image, {"keep_norm": True}
    yield "linear_norm", nn.Sequential(nn.Linear(6, 5), batch_norm(5, 1), nn.ReLU(), nn.Linear(5, 3)), (6,), {"keep_norm": True}
    yield "flat_norm", nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), batch_norm(72, 1), nn.Linear(72, 3)), image, {"keep_norm": True}
    yield "linear", nn.Sequential(nn.Flatten(), nn.Linear(192, 7), nn.ReLU(), nn.Linear(7, 3, bias=False)), image, {}
    yield "matmul", Apply(lambda s, x: torch.relu(x @ s.first.weight.t() + s.first.bias) @ s.second.weight.t(),
                          first=nn.Linear(6, 5), second=nn.Linear(5, 3)), (6,), {}
    yield "matmul_unfolded", Apply(lambda s, x: x @ s.first.weight.t() + s.first.bias, first=nn.Linear(6, 5)), (6,), {"fold": False}
    for opset in (9, 11, 13, 17):
        yield f"activations_{opset}", nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.LeakyReLU(0.2), nn.Conv2d(4, 4, 1), nn.ReLU6(), nn.Conv2d(4, 4, 1), nn.Sigmoid(),
            nn.Conv2d(4, 4, 1), nn.Tanh(), nn.Conv2d(4, 4, 1), nn.Hardswish(), nn.Conv2d(4, 4, 1), nn.Hardsigmoid(),
            nn.Conv2d(4, 4, 1), nn.ReLU(), nn.Dropout(), nn.Identity(), nn.Conv2d(4, 4, 1), nn.Hardtanh(-0.3, 0.4),
            small_head(4)), image, {"opset": opset}
        rows = slice(1, None) if opset == 9 else slice(1, None, 2)  # steps came with operator set 10
        yield f"views_{opset}", Apply(
            lambda s, x, rows=rows: s.head(F.pad(s.conv(x)[:, 1:, rows, -6:-1], (1, 0, 2, 1), value=0.3)
                                           .view(x.size(0), -1)),
            conv=nn.Conv2d(3, 4, 1), head=nn.LazyLinear(3)), image, {"opset": opset}
    yield "clamps", Apply(lambda s, x: s.head(s.b(s.a(x).clamp(min=0.1)).clamp(max=0.2).clamp(min=0)), a=nn.Conv2d(3, 4, 1),
                          b=nn.Conv2d(4, 4, 1), head=small_head(4)), image, {}
    yield "silu", nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), small_head(4)), image, {}
    yield "max_pool", nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.MaxPool2d((2, 1), (1, 2))), (3, 9, 8), {}
    yield "max_pool_ceil", nn.MaxPool2d(3, 2, 1, ceil_mode=True), (2, 8, 7), {}
    yield "max_pool_ceil_drops", nn.MaxPool2d(2, 3, 1, ceil_mode=True), (2, 6, 7), {}
    for include in (True, False):
        for ceil in (True, False):
            yield f"average_pool_{'padded' if include else 'inside'}{'_ceil' if ceil else ''}", nn.AvgPool2d(
                3, 2, 1, ceil_mode=ceil, count_include_pad=include), (2, 8, 7), {}
    yield "adaptive_max", Apply(lambda x: F.adaptive_max_pool2d(x, 1)), image, {}
    yield "mean", Apply(lambda s, x: s.head(s.conv(x).mean([2, 3])), conv=nn.Conv2d(3, 4, 3), head=nn.Linear(4, 3)), image, {}
    yield "mean_keep", Apply(lambda x: x.mean((-1, -2), keepdim=True)), image, {}
    yield "mean_of_rows", Apply(lambda s, x: s.head(x.mean(3).mean(2)), head=nn.Linear(3, 2)), image, {}
    yield "residual", nn.Sequential(Residual(4, 4, 1), Residual(4, 7, 2), small_head(7)), (4, 8, 8), {}
    yield "residual_norm", nn.Sequential(Residual(4, 4, 1), Residual(4, 6, 2), small_head(6)), (4, 8, 8), {"keep_norm": True, "opset": 11}
    yield "residual_open_shapes", nn.Sequential(Residual(4, 6, 2), small_head(6)), (4, 8, 8), {"fold": False}
    yield "dense", Apply(lambda s, x: s.head(torch.cat([x, s.a(x), torch.relu(s.b(x))], 1)), a=nn.Conv2d(3, 2, 1),
                         b=nn.Conv2d(3, 4, 3, 1, 1), head=small_head(9)), image, {}
    yield "cat_features", Apply(lambda s, x: s.head(torch.cat([s.a(x).flatten(1), s.b(x).flatten(1)], 1)), a=nn.Conv2d(3, 2, 3),
                                b=nn.Conv2d(3, 2, 5), head=nn.Linear(104, 3)), image, {}
    yield "channel_shuffle", Apply(lambda s, x: s.head(torch.relu(s.b(shuffle(s.a(x))))), a=nn.Conv2d(3, 6, 1),
                                   b=nn.Conv2d(6, 4, 1, groups=2), head=small_head(4)), image, {}
    yield "channel_shuffle_fixed", Apply(lambda s, x: s.head(torch.relu(s.b(shuffle(s.a(x), 3)))), a=nn.Conv2d(3, 6, 1),
                                         b=nn.Conv2d(6, 4, 1, groups=2), head=small_head(4)), image, {"batch": 1}
    yield "transpose", Apply(lambda s, x: s.head(x.permute(0, 2, 3, 1).reshape(x.size(0), -1)), head=nn.Linear(36, 3)), (3, 3, 4), {}
    yield "transpose_view", Apply(lambda s, x: s.head(F.adaptive_avg_pool2d(x, 1).permute(0, 2, 3, 1).flatten(1)),
                                  head=nn.Linear(3, 2)), image, {}
    yield "split", Apply(lambda s, x: s.head((lambda a, b, c: torch.cat([c, a * 2, b], 1))(*torch.split(s.conv(x), [1, 3, 2], 1))),
                         conv=nn.Conv2d(3, 6, 1), head=small_head(6)), image, {}
    yield "split_opset11", Apply(lambda s, x: s.head((lambda a, b: a - torch.relu(b))(*s.conv(x).chunk(2, 1))),
                                 conv=nn.Conv2d(3, 8, 1), head=small_head(4)), image, {"opset": 11}
    yield "slice_steps", Apply(lambda x: x[:, :2, 1:7:3, -5:]), image, {}
    yield "flip", Apply(lambda x: torch.flip(x, [2, 3])), (2, 3, 4), {}
    yield "pad_reflect", nn.Sequential(nn.ReflectionPad2d((1, 2, 3, 0)), nn.Conv2d(3, 1, 3)), image, {}
    yield "pad_edge", nn.Sequential(nn.ReplicationPad2d((2, 1, 0, 3)), nn.Conv2d(3, 1, 3)), image, {"opset": 10}
    yield "pad_crop", Apply(lambda x: F.pad(x, (-1, 2, 1, -3), value=-0.7)), image, {}
    yield "input_scaled", Apply(lambda s, x: s.conv((x / 2 - torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1)) /
                                                    torch.tensor([0.5, 0.6, 0.7]).view(3, 1, 1)), conv=nn.Conv2d(3, 2, 3)), image, {}
    yield "constants", Apply(lambda s, x: 3 - (s.conv(x) * 2 + s.map - 0.25) / 4, conv=nn.Conv2d(3, 2, 3),
                             map=nn.Parameter(torch.randn(1, 2, 6, 6))), image, {}
    yield "row_constants", Apply(lambda s, x: -(s.conv(x) * s.row), conv=nn.Conv2d(3, 2, 3), row=nn.Parameter(torch.randn(6, 1))), image, {}
    yield "squeeze_excite", nn.Sequential(nn.Conv2d(3, 4, 3), Squeeze(4, nn.Sigmoid()), small_head(4)), image, {}
    yield "mobile", nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.Hardswish(), nn.Conv2d(6, 6, 3, 1, 1, groups=6),
                                  Squeeze(6, nn.Hardsigmoid()), nn.Conv2d(6, 4, 1), small_head(4)), image, {"opset": 14}
    yield "squeezes", Apply(lambda s, x: s.head(F.adaptive_avg_pool2d(x, 1).squeeze(3).unsqueeze(1).squeeze(-1).flatten(1)),
                            head=nn.Linear(3, 2)), image, {}
    yield "softmax", nn.Sequential(nn.Conv2d(3, 4, 3), small_head(4), nn.Softmax(1)), image, {}
    yield "softmax_9", nn.Sequential(nn.Conv2d(3, 4, 3), small_head(4), nn.Softmax(1)), image, {"opset": 9}
    yield "log_softmax", nn.Sequential(nn.Flatten(), nn.Linear(192, 3), nn.LogSoftmax(1)), image, {"batch": 1}
    yield "shared_weights", Apply(lambda s, x: s.head(s.conv(torch.relu(s.conv(x)))), conv=nn.Conv2d(3, 3, 3, 1, 1), head=small_head(3)), image, {}
    yield "dead_branch", Apply(lambda s, x: (s.unused(x), s.head(s.conv(x)))[1], conv=nn.Conv2d(3, 4, 3),
                               unused=nn.Conv2d(3, 2, 1), head=small_head(4)), image, {}


def write(folder, name, inputs, outputs):
    data = np.concatenate([inputs.numpy().ravel(), outputs.detach().numpy().ravel()]).astype("<f4")
    (folder / f"{name}.data").write_bytes(data.tobytes())


def export(folder, name, module, shape, options):
    module.eval()
    inputs = torch.randn(SAMPLES, *shape)
    module(inputs)  # lazy layers take their size
    batch = options.get("batch")
    file = folder / f"{name}.onnx"
    keep = options.get("keep_norm", False)
    torch.onnx.export(module, inputs[:batch], file, opset_version=options.get("opset", 13), input_names=["input"],
                      output_names=["output"],
                      training=torch.onnx.TrainingMode.PRESERVE if keep else torch.onnx.TrainingMode.EVAL,
                      do_constant_folding=options.get("fold", not keep),
                      dynamic_axes=None if batch else {"input": {0: "n"}, "output": {0: "n"}})
    onnx.checker.check_model(str(file))
    if keep:
        assert any(n.op_type == "BatchNormalization" for n in onnx.load(file).graph.node), name
    write(folder, name, inputs, module(inputs))


def hand_made(folder, name, nodes, constants, shape, outputs, opset, reference):
    """What PyTorch's exporter does not write. @param outputs  shape of one output"""
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", *outputs])],
                              [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, folder / f"{name}.onnx")
    inputs = torch.randn(SAMPLES, *shape)
    result = reference(inputs)
    assert tuple(result.shape[1:]) == tuple(outputs), (name, result.shape)
    write(folder, name, inputs, result)


def hand_made_models(folder):
    w = torch.randn(2, 3, 3, 2)
    for auto_pad, pads in (("SAME_UPPER", (0, 1, 0, 1)), ("SAME_LOWER", (1, 0, 1, 0)), ("VALID", (0, 0, 0, 0))):
        # 8 x 7 with stride 2, kernel 3 x 2: output 4 x 4; missing (3 * 2 + 3) - 8 = 1 row, (3 * 2 + 2) - 7 = 1 column.
        out = (2, 3, 3) if auto_pad == "VALID" else (2, 4, 4)
        hand_made(folder, f"conv_{auto_pad.lower()}",
                  [helper.make_node("Conv", ["x", "w"], ["y"], name="conv", auto_pad=auto_pad, strides=[2, 2])],
                  {"w": w.numpy()}, (3, 8, 7), out, 13,
                  lambda x, pads=pads: F.conv2d(F.pad(x, pads), w, stride=2))
    hand_made(folder, "average_pool_same",
              [helper.make_node("AveragePool", ["x"], ["y"], name="pool", auto_pad="SAME_LOWER", kernel_shape=[2, 2],
                                strides=[1, 1])], {}, (2, 3, 4), (2, 3, 4), 13,
              lambda x: F.avg_pool2d(F.pad(x, (1, 0, 1, 0)), 2, 1) / F.avg_pool2d(F.pad(torch.ones_like(x), (1, 0, 1, 0)), 2, 1))
    hand_made(folder, "average_pool_counts_padding",
              [helper.make_node("AveragePool", ["x"], ["y"], name="pool", pads=[1, 1, 1, 1], kernel_shape=[3, 2],
                                strides=[2, 2], count_include_pad=1, ceil_mode=1)], {}, (2, 6, 5), (2, 4, 3), 13,
              lambda x: F.avg_pool2d(x, (3, 2), 2, (1, 1), ceil_mode=True, count_include_pad=True))
    hand_made(folder, "global_max", [helper.make_node("GlobalMaxPool", ["x"], ["y"], name="pool")], {}, (3, 5, 4),
              (3, 1, 1), 9, lambda x: x.amax((2, 3), keepdim=True))
    hand_made(folder, "gemm_scaled",
              [helper.make_node("Gemm", ["x", "w", "b"], ["y"], name="fc", alpha=0.5, beta=2.0)],
              {"w": w.reshape(6, 6).numpy(), "b": w.reshape(-1)[:6].numpy()}, (6,), (6,), 9,
              lambda x: 0.5 * (x @ w.reshape(6, 6)) + 2 * w.reshape(-1)[:6])
    hand_made(folder, "opset18",
              [helper.make_node("Split", ["x"], ["a", "b"], name="split", axis=1, num_outputs=2),
               helper.make_node("Pad", ["a", "pads", "", "axes"], ["c"], name="pad", mode="reflect"),
               helper.make_node("Concat", ["c", "c"], ["d"], name="concat", axis=1),
               helper.make_node("ReduceMean", ["d", "spatial"], ["e"], name="mean", keepdims=0),
               helper.make_node("ReduceMean", ["b", "both"], ["f"], name="both"),
               helper.make_node("Flatten", ["e"], ["g"], name="flatten"),
               helper.make_node("Flatten", ["f"], ["h"], name="flatten"),
               helper.make_node("Concat", ["g", "h"], ["y"], name="join", axis=1)],
              {"pads": np.array([0, 1, 1, 0], np.int64), "axes": np.array([2, -1], np.int64),
               "spatial": np.array([-2], np.int64), "both": np.array([2, 3], np.int64)}, (4, 3, 3), (18,), 18,
              lambda x: torch.cat([torch.cat([F.pad(x[:, :2], (1, 0, 0, 1), mode="reflect")] * 2, 1).mean(2).flatten(1),
                                   x[:, 2:].mean((2, 3))], 1))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "models"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)  # of the first module's weights
    for i, (name, module, shape, options) in enumerate(models()):
        torch.manual_seed(i)
        export(folder, name, module, shape, options)
    torch.manual_seed(1000)
    hand_made_models(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(list(folder.glob('*.onnx')))} models, {size} bytes")


if __name__ == "__main__":
    main()
