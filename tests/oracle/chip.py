# SPDX-License-Identifier: Apache-2.0
"""A compute-in-memory chip in a few pages of numpy, written from the documents (README.md beside this file says which):
what it shares with the program is the definitions, not a line of code. Slow and plain on purpose."""
import math
import statistics
from dataclasses import dataclass

import numpy as np

NORMAL = statistics.NormalDist()
VARIATION, STUCK, PULSE, VERIFY = 1, 3, 13, 14  # purposes of draws


def philox(counter, key):
    """Philox4x32-10 (Salmon et al., SC 2011): four words from four words of counter and two of key."""
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        low, high = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [high >> 32 ^ c[1] ^ k0, high & 0xFFFFFFFF, low >> 32 ^ c[3] ^ k1, low & 0xFFFFFFFF]
        k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
    return c


class Draws:
    """Random words by address: the purpose, chip and layer make a key, row and column a counter."""

    def __init__(self, seed, purpose, instance, layer):
        self.key = philox((purpose, instance, layer, 0), (seed & 0xFFFFFFFF, seed >> 32))[:2]

    def words(self, row, column, use=0, sample=0):
        return philox((row, column, use, sample), self.key)


def uniform(word):
    return (word + 0.5) / 2**32


def normal(word):
    return NORMAL.inv_cdf(uniform(word))


@dataclass
class Layer:
    kind: str  # convolution, linear, pool
    weights: np.ndarray = None  # [outputs][channels][height][width] or [outputs][rows]
    bias: np.ndarray = None
    scale: float = 1.0
    padding: int = 0
    size: int = 2  # of a pool
    flatten: bool = False
    out_scale: float = None  # None: the last layer
    out_zero_point: int = 0


@dataclass
class Network:
    shape: tuple  # channels, height, width
    scale: float
    zero_point: int
    layers: list


class Encoding:
    """Cells of one signed weight."""

    def __init__(self, chip, weight_bits=8):
        crossbar, device = chip["crossbar"], chip["device"]
        kind, bits = crossbar["encoding"], crossbar["cell_bits"]
        self.signed = kind == "ideal_signed"
        self.offset = kind == "offset_column"
        if self.signed:
            bits = weight_bits - 1
        self.bits, self.weight_bits, self.max_level = bits, weight_bits, 2**bits - 1
        self.slices = 1 if self.signed else -(-(weight_bits if self.offset else weight_bits - 1) // bits)
        powers = [2 ** (bits * slice) for slice in range(self.slices)]
        self.factors = powers if self.signed or self.offset else [sign * power for power in powers for sign in (1, -1)]
        self.offset_level = 2 ** (weight_bits - 1 - (self.slices - 1) * bits)
        self.grid = 2 ** int(math.log2(2 ** device["grid_bits"] // self.max_level))  # steps per level
        self.span = self.grid * self.max_level
        low, high = siemens(device["g_min"]), siemens(device["g_max"])
        self.pedestal = 0 if self.signed else round(low / (high - low) * self.span)
        self.highest = min(2 * self.span, 32767)
        self.lowest = -self.highest if self.signed else -self.pedestal

    def levels(self, weight):
        if self.signed:
            return [weight]
        parts = [weight + 2 ** (self.weight_bits - 1)] if self.offset else [max(weight, 0), max(-weight, 0)]
        return [part >> self.bits * slice & self.max_level for slice in range(self.slices) for part in parts]


def siemens(text):
    value, unit = text.split()
    return float(value) * {"S": 1.0, "mS": 1e-3, "uS": 1e-6, "nS": 1e-9}[unit]


class Crossbars:
    """The cells of one layer as an unverified write left them, block by block."""

    def __init__(self, chip, matrix, node, seed, instance):
        self.chip, self.encoding = chip, Encoding(chip)
        outputs, self.rows = matrix.shape
        planes, height = len(self.encoding.factors), chip["crossbar"]["rows"]
        wide = (chip["crossbar"]["columns"] - self.encoding.offset) // planes  # outputs of a block
        self.blocks = []  # first row, first output, outputs, codes [rows][columns]
        for column_block, first in enumerate(range(0, outputs, wide)):
            count = min(wide, outputs - first)
            addresses = list(range(first * planes, (first + count) * planes))
            if self.encoding.offset:
                addresses.append(outputs * planes + column_block)
            for top in range(0, self.rows, height):
                rows = range(top, min(top + height, self.rows))
                targets = np.array([sum((self.encoding.levels(int(matrix[output, row]))
                                         for output in range(first, first + count)), [])
                                    + [self.encoding.offset_level] * self.encoding.offset for row in rows])
                self.blocks.append((top, first, count, self.write(targets, rows, addresses, node, seed, instance)))

    def write(self, levels, rows, addresses, node, seed, instance):
        device, encoding = self.chip["device"], self.encoding
        variation, stuck = Draws(seed, VARIATION, instance, node), Draws(seed, STUCK, instance, node)
        at_low, at_high = device["stuck_at_g_min"], device["stuck_at_g_max"]
        codes = np.zeros(levels.shape, dtype=np.int64)
        for i, row in enumerate(rows):
            for j, address in enumerate(addresses):
                level = abs(int(levels[i, j]))
                sigma = spread(device, level / encoding.max_level) * encoding.span
                code = int(levels[i, j]) * encoding.grid
                if sigma > 0:
                    code += sigma * normal(variation.words(row, address // 4)[address % 4])
                code = round(min(max(code, encoding.lowest), encoding.highest))
                if at_low + at_high > 0:
                    at = uniform(stuck.words(row, address // 4)[address % 4])
                    code = 0 if at < at_low else encoding.span if at < at_low + at_high else code
                codes[i, j] = code
        return codes

    def multiply(self, inputs, events):
        """Sums of one vector of input codes in units of weight code x input code, as converters leave them."""
        chip, encoding = self.chip, self.encoding
        bits = chip["dac"]["bits"]
        phases = -(-8 // bits)
        convert, value = converter(chip, encoding)
        planes = len(encoding.factors)
        sums = {}
        for top, first, count, codes in self.blocks:
            rows = inputs[top:top + len(codes)]
            registers = np.zeros(codes.shape[1], dtype=np.int64)
            for phase in range(phases):
                digits = rows >> phase * bits & 2**bits - 1
                registers += convert(digits @ codes) << phase * bits
                events["row_drive"] += int(np.count_nonzero(digits))
                events["cell_conduction"] += int((digits**2) @ np.abs(codes + encoding.pedestal).sum(axis=1))
            events["crossbar_read"] += phases
            for event in ("sample_hold", "adc_conversion", "shift_add"):
                events[event] += phases * codes.shape[1]
            if top > 0:
                events["accumulate"] += count
            events["input_buffer_read"] += 8 * len(codes)
            for output in range(count):
                joined = sum(factor * int(registers[output * planes + plane])
                             for plane, factor in enumerate(encoding.factors))
                if encoding.offset:
                    joined -= encoding.factors[-1] * int(registers[-1])
                sums[first + output] = sums.get(first + output, 0) + joined
        return [sums[output] * value for output in sorted(sums)]

    def zero_point_shares(self, matrix, zero_point):
        """What is taken off because codes are unsigned: by the weights as meant, or by what the cells hold."""
        if self.chip["digital"]["zero_point_sum"] == "target":
            return [int(row.sum()) * zero_point for row in matrix]
        encoding, planes = self.encoding, len(self.encoding.factors)
        sums = [0] * len(matrix)
        for _, first, count, codes in self.blocks:
            columns = codes.sum(axis=0)
            for output in range(count):
                sums[first + output] += sum(factor * int(columns[output * planes + plane])
                                            for plane, factor in enumerate(encoding.factors))
                if encoding.offset:
                    sums[first + output] -= encoding.factors[-1] * int(columns[-1])
        return [round(total * zero_point / encoding.grid) for total in sums]


def spread(device, fraction):
    if device["model"] == "ideal":
        return 0.0
    sigma = max(0.0, device["sigma"] + device["sigma_slope"] * fraction)
    if device["model"] == "fefet":
        s = device["mid_level_factor"]
        sigma /= math.sqrt(0.4 * s * s + 0.6)
        sigma *= s if 0.25 < fraction < 0.75 else 1
    return sigma * device["sigma_scale"]


def converter(chip, encoding):
    """The converter's transfer of a vector of column sums, and the value of one code."""
    adc, digit = chip["adc"], 2 ** chip["dac"]["bits"] - 1
    if adc["model"] == "ideal":
        return (lambda sums: sums), 1 / encoding.grid
    top = 2 ** (adc["bits"] - encoding.signed) - 1
    bottom = -top - 1 if encoding.signed else 0
    full = max(top, 1)
    levels = {"unit_lsb": 1.0, "worst_case": chip["crossbar"]["rows"] * digit * encoding.max_level / full,
              "full_scale_levels": adc["full_scale_levels"] / full}[adc["range"]]
    inverse = np.float32(1 / (levels * encoding.grid))
    # Single precision holds whole numbers up to 2^24; sums that may pass that are converted in double.
    wide = chip["crossbar"]["rows"] * digit * min(2 * encoding.span, 32767) > 2**24
    real = np.float64 if wide else np.float32
    return (lambda sums: np.rint(np.clip(sums.astype(real) * real(inverse), bottom, top)).astype(np.int64)), levels


def windows(layer, maps, zero_point):
    """Inputs of every position as rows of the layer's matrix: channel, then kernel row, then kernel column."""
    if layer.kind == "linear":
        return [maps.reshape(-1)], (1, 1)
    pad, (kh, kw) = layer.padding, layer.weights.shape[2:]
    padded = np.pad(maps, ((0, 0), (pad, pad), (pad, pad)), constant_values=zero_point)
    height, width = padded.shape[1] - kh + 1, padded.shape[2] - kw + 1
    return [padded[:, y:y + kh, x:x + kw].reshape(-1) for y in range(height) for x in range(width)], (height, width)


def pooled(maps, size):
    channels, height, width = maps.shape
    cut = maps[:, :height // size * size, :width // size * size]
    return cut.reshape(channels, height // size, size, width // size, size).max(axis=(2, 4))


class Machine:
    """One network on one chip: logits of the chip and of the integers, and what was counted on the way."""

    def __init__(self, chip, network, seed, instance):
        self.network = network
        self.matrices = [None if layer.kind == "pool" else layer.weights.reshape(len(layer.weights), -1)
                         for layer in network.layers]
        self.crossbars = [None if matrix is None else Crossbars(chip, matrix, index, seed, instance)
                          for index, matrix in enumerate(self.matrices)]
        zero_points = self.zero_points()
        self.shares = [None if matrix is None else self.crossbars[i].zero_point_shares(matrix, zero_points[i])
                       for i, matrix in enumerate(self.matrices)]

    def zero_points(self):
        points, at = [], self.network.zero_point
        for layer in self.network.layers:
            points.append(at)
            if layer.kind != "pool":
                at = layer.out_zero_point
        return points

    def run(self, image, exact, events):
        """@return logits; `exact`: of the integers, without a chip"""
        maps, scale, zero_point = image.astype(np.int64), self.network.scale, self.network.zero_point
        for index, layer in enumerate(self.network.layers):
            if layer.kind == "pool":
                maps = pooled(maps, layer.size)
                events["pooling"] += maps.size * layer.size**2
                continue
            inputs, (height, width) = windows(layer, maps, zero_point)
            matrix = self.matrices[index]
            sums = np.array([matrix @ (vector - zero_point) if exact
                             else np.array(self.crossbars[index].multiply(vector, events)) - self.shares[index]
                             for vector in inputs]).T
            events["activation"] += sums.size
            sums = sums + np.asarray(layer.bias).reshape(-1, 1)
            if layer.out_scale is None:
                return sums.reshape(-1)
            codes = np.rint(sums * (layer.scale * scale / layer.out_scale)) + layer.out_zero_point
            maps = np.clip(codes, layer.out_zero_point, 255).astype(np.int64).reshape(-1, height, width)
            scale, zero_point = layer.out_scale, layer.out_zero_point
        raise ValueError("no last layer")


class WriteVerify:
    """Write-verify of one row of cells after their unverified write: the process `incremental` or `redraw`."""

    def __init__(self, chip, levels, codes, row, addresses, node, seed, instance):
        self.chip, self.encoding, self.levels, self.codes = chip, Encoding(chip), levels, list(codes)
        self.row, self.addresses = row, addresses
        self.pulses_of = Draws(seed, PULSE, instance, node)
        self.targets = [level * self.encoding.grid for level in levels]
        self.unit = chip["device"]["sigma_scale"] * self.encoding.span
        self.tolerance = chip["write_controller"]["tolerance"] * self.unit
        adc = chip["adc"]
        self.lsb = 0 if adc["model"] == "ideal" else 2.0 * self.encoding.span / 2 ** adc["bits"]
        self.attempts, self.state = [0] * len(levels), ["pending"] * len(levels)
        self.counts = dict.fromkeys(("read_operations", "set_operations", "reset_operations", "read_bits", "set_bits",
                                     "reset_bits", "success", "failure", "false_pass", "false_fail"), 0)
        self.joules_steps = {"set": {}, "reset": {}}  # by step of the ramp: conductance before plus after, in grid steps

    def reading(self, cell):
        value = self.codes[cell]
        return round(value / self.lsb) * self.lsb if self.lsb else value

    def verify(self, cells):
        """@return cells too low, cells too high, of those that may still be pulsed"""
        low, high = [], []
        self.counts["read_operations"] += 1
        self.counts["read_bits"] += len(cells)
        for cell in cells:
            error = self.reading(cell) - self.targets[cell]
            inside = abs(self.codes[cell] - self.targets[cell]) <= self.tolerance
            if abs(error) <= self.tolerance:
                self.counts["success"] += 1
                self.counts["false_pass"] += not inside
                self.state[cell] = "verified"
                continue
            self.counts["false_fail"] += inside
            if self.attempts[cell] >= self.chip["write_controller"]["max_attempts"]:
                self.counts["failure"] += 1
                self.state[cell] = "unconverged"
            else:
                (low if error < 0 else high).append(cell)
        return low, high

    def word(self, cell):
        attempt = self.attempts[cell]
        self.attempts[cell] += 1
        return self.pulses_of.words(self.row, self.addresses[cell], attempt // 4)[attempt % 4]

    def keep(self, cell, code):
        self.codes[cell] = round(min(max(code, self.encoding.lowest), self.encoding.highest))

    def conductance(self, cells):
        return sum(abs(self.codes[cell] + self.encoding.pedestal) for cell in cells)

    def pulse(self, polarity, step, cells, move):
        before = self.conductance(cells)
        self.counts[polarity + "_operations"] += 1
        self.counts[polarity + "_bits"] += len(cells)
        for cell in cells:
            move(cell, self.word(cell))
        ramp = self.chip[polarity + "_pulse"]
        step = min(step, ramp["steps"] - 1)
        sums = self.joules_steps[polarity]
        sums[step] = sums.get(step, 0) + before + self.conductance(cells)

    def incremental(self):
        device, cells = self.chip["device"], list(range(len(self.codes)))
        polarity, step = "set", 0
        low, high = self.verify(cells)
        while low or high:
            if not (low if polarity == "set" else high):
                polarity, step = ("reset" if polarity == "set" else "set"), 0
            ramp = self.chip[polarity + "_pulse"]
            volts = ramp["start"] + ramp["increment"] * min(step, ramp["steps"] - 1)
            seen = min(volts, ramp["gate"] - device["access_drop_volts"])
            limit = device[polarity + "_threshold_volts"]  # the width is the reference width
            share = int(math.ldexp(0.5 * math.erfc((limit - seen) / (device["threshold_sigma_volts"] * math.sqrt(2))), 32))

            def move(cell, word):
                if word >= share:
                    return
                stretched = int(min(word * (2.0**32 / share), 4294967295.0))
                target = self.targets[cell]
                self.keep(cell, target + (1 - device["pulse_part"]) * (self.codes[cell] - target)
                          + device["pulse_sigma"] * self.unit * normal(stretched))

            pulsed = low if polarity == "set" else high
            self.pulse(polarity, step, pulsed, move)
            step += 1
            again_low, again_high = self.verify(pulsed)
            low, high = (again_low, high + again_high) if polarity == "set" else (low + again_low, again_high)

    def redraw(self):
        device, cells, step = self.chip["device"], list(range(len(self.codes))), 0
        while cells:
            def move(cell, word):
                sigma = spread(device, abs(self.levels[cell]) / self.encoding.max_level) * self.encoding.span
                self.keep(cell, self.targets[cell] + sigma * normal(word))

            self.pulse("set", step, cells, move)
            step += 1
            low, high = self.verify(cells)
            cells = low + high
