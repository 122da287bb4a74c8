# SPDX-License-Identifier: Apache-2.0
"""A quantised chain as an ONNX file in QDQ form, written byte by byte: protobuf's wire format needs no library."""
import struct

FLOAT, UINT8, INT8, INT32 = 1, 2, 3, 6


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, kind, dims, values):
    packing = {FLOAT: "<f", UINT8: "<B", INT8: "<b", INT32: "<i"}[kind]
    raw = b"".join(struct.pack(packing, value) for value in values)
    return b"".join(number(1, dim) for dim in dims) + number(2, kind) + chunk(8, name) + chunk(9, raw)


def attribute(name, values):
    return chunk(1, name) + b"".join(number(8, value) for value in values) + number(20, 7)


def node(operator, inputs, output, attributes=()):
    return (b"".join(chunk(1, one) for one in inputs) + chunk(2, output) + chunk(3, output) + chunk(4, operator)
            + b"".join(chunk(5, one) for one in attributes))


def write(path, network):
    """@param network  see chip.Network: its layers as QuantizeLinear and DequantizeLinear around float operators."""
    nodes, tensors = [], []

    def constant(name, kind, dims, values):
        tensors.append(tensor(name, kind, dims, values))
        return name

    def dequantised(name, source, scale, zero_point, kind):
        nodes.append(node("DequantizeLinear", [source, constant(name + ".s", FLOAT, [], [scale]),
                                               constant(name + ".z", kind, [], [zero_point])], name))
        return name

    at = dequantised("image", "x", network.scale, network.zero_point, UINT8)
    scale = network.scale
    for index, layer in enumerate(network.layers):
        name = f"layer{index}"
        if layer.kind == "pool":
            nodes.append(node("MaxPool", [at], name, [attribute("kernel_shape", [layer.size, layer.size]),
                                                      attribute("strides", [layer.size, layer.size])]))
            at = name
            continue
        weights = layer.weights
        if layer.kind == "linear" and layer.flatten:
            nodes.append(node("Flatten", [at], name + ".flat"))
            at = name + ".flat"
        dims = list(weights.shape) if layer.kind == "convolution" else [weights.shape[1], weights.shape[0]]
        codes = weights if layer.kind == "convolution" else weights.T
        stored = constant(name + ".w", INT8, dims, [int(code) for code in codes.reshape(-1)])
        real = dequantised(name + ".wd", stored, layer.scale, 0, INT8)
        bias_codes = constant(name + ".b", INT32, [len(layer.bias)], [int(code) for code in layer.bias])
        bias = dequantised(name + ".bd", bias_codes, layer.scale * scale, 0, INT32)
        if layer.kind == "convolution":
            pad = layer.padding
            nodes.append(node("Conv", [at, real, bias], name, [attribute("kernel_shape", weights.shape[2:]),
                                                               attribute("pads", [pad] * 4)]))
            at = name
        else:
            nodes.append(node("MatMul", [at, real], name + ".m"))
            nodes.append(node("Add", [name + ".m", bias], name))
            at = name
        if layer.out_scale is None:
            break
        nodes.append(node("Relu", [at], name + ".r"))
        nodes.append(node("QuantizeLinear", [name + ".r", constant(name + ".qs", FLOAT, [], [layer.out_scale]),
                                             constant(name + ".qz", UINT8, [], [layer.out_zero_point])], name + ".q"))
        at = dequantised(name + ".d", name + ".q", layer.out_scale, layer.out_zero_point, UINT8)
        scale = layer.out_scale
    dims = b"".join(chunk(1, number(1, dim)) for dim in (1, *network.shape))
    shape = chunk(1, number(1, UINT8) + chunk(2, dims))
    graph = (b"".join(chunk(1, one) for one in nodes) + chunk(2, "oracle") + b"".join(chunk(5, one) for one in tensors)
             + chunk(11, chunk(1, "x") + chunk(2, shape)) + chunk(12, chunk(1, at)))
    path.write_bytes(number(1, 8) + chunk(7, graph) + chunk(8, chunk(1, "") + number(2, 13)))
