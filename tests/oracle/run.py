# SPDX-License-Identifier: Apache-2.0
"""Compares the program with chip.py on random architectures: python3 tests/oracle/run.py PROGRAM [SEED...]."""
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np

import chip as oracle
import onnx_file

PICO = 1e-12
COMPARED = ("row_drive", "cell_conduction", "crossbar_read", "sample_hold", "adc_conversion", "shift_add", "accumulate",
            "activation", "pooling", "input_buffer_read")


def random_chip(dice):
    """An architecture as the oracle takes it; to_json makes the program's file of it."""
    encoding = dice.choice(("differential_pair", "offset_column", "ideal_signed"))
    adc = {"model": dice.choice(("sar", "sar", "sar", "ideal")), "bits": dice.randint(3, 12),
           "range": dice.choice(("unit_lsb", "worst_case", "full_scale_levels")),
           "full_scale_levels": float(dice.randint(8, 300))}
    g_min = dice.choice((0, 1, 13))
    sigma = dice.randint(0, 20)
    device = {"model": dice.choice(("ideal", "gaussian", "gaussian", "fefet")), "g_min": f"{g_min} uS", "g_max": "40 uS",
              "grid_bits": dice.randint(8, 12), "sigma": sigma / 100, "sigma_slope": dice.randint(-min(sigma, 10), 10) / 100,
              "sigma_scale": dice.choice((1.0, 0.5)), "mid_level_factor": 2.0,
              "stuck_at_g_min": dice.choice((0.0, 0.05)), "stuck_at_g_max": dice.choice((0.0, 0.03)),
              "pulse_part": 0.8, "pulse_sigma": dice.choice((0.01, 0.03)), "access_drop_volts": 0.45,
              "set_threshold_volts": dice.choice((1.6, 2.0)), "reset_threshold_volts": dice.choice((1.5, 1.9)),
              "threshold_sigma_volts": 0.1}
    pulse = lambda: {"start": dice.choice((1.3, 1.5)), "increment": dice.choice((0.05, 0.125)), "steps": dice.randint(5, 20),
                     "gate": 3.0}
    return {"crossbar": {"rows": dice.randint(4, 40), "columns": dice.randint(18, 64), "cell_bits": dice.randint(1, 4),
                         "encoding": encoding}, "dac": {"bits": dice.choice((1, 1, 2, 3, 4, 8))}, "adc": adc,
            "digital": {"zero_point_sum": dice.choice(("programmed", "target"))}, "device": device,
            "set_pulse": pulse(), "reset_pulse": pulse(),
            "write_controller": {"process": dice.choice(("incremental", "incremental", "redraw")),
                                 "tolerance": dice.randint(4, 12) / 100, "max_attempts": dice.randint(2, 30),
                                 "pulse_volts": 1.5}, "energy": {name: dice.randint(1, 900) for name in COMPARED}}


def to_json(chip):
    ramp = lambda p: {"amplitude_start": f"{p['start']} V", "amplitude_stop": f"{p['start'] + p['increment'] * (p['steps'] - 1):.6f} V",
                      "amplitude_step": f"{p['increment']} V", "gate_start": f"{p['gate']} V", "gate_stop": f"{p['gate']} V",
                      "width_start": "100 ns", "width_stop": "100 ns"}
    device = dict(chip["device"])
    for name in ("access_drop", "set_threshold", "reset_threshold", "threshold_sigma"):
        device[name] = f"{device.pop(name + '_volts')} V"
    energy = {name: "0 J" for name in ("input_buffer_write", "output_buffer_write", "output_buffer_read", "router_flit",
                                       "link_flit", "global_buffer_write", "global_buffer_read", "external_read",
                                       "external_write", "write_driver", "input_register", "output_register",
                                       "tile_output_register", "bus")}
    energy.update({name: f"{value} pJ" for name, value in chip["energy"].items() if name != "cell_conduction"})
    writer = dict(chip["write_controller"])
    writer["pulse_voltage"] = f"{writer.pop('pulse_volts')} V"
    return {"extends": "tiny_2x2", "name": "oracle", "chip": {"mesh_rows": 16, "mesh_columns": 16},
            "crossbar": chip["crossbar"], "dac": chip["dac"], "adc": chip["adc"], "digital": chip["digital"],
            "device": device, "set_pulse": ramp(chip["set_pulse"]), "reset_pulse": ramp(chip["reset_pulse"]),
            "write_controller": {**writer, "half_select": "none"}, "energy": energy}


def random_network(dice, numbers, deep):
    weights = lambda *shape: np.clip(np.rint(numbers.normal(0, 45, shape)), -127, 127).astype(np.int64)
    bias = lambda count: numbers.integers(-2000, 2000, count)
    side = 6
    network = oracle.Network((1, side, side), 2.0**-7, dice.choice((0, 0, 5)), [])
    features = side * side
    if deep:
        outputs, pad = dice.randint(2, 4), dice.choice((0, 1))
        network.layers.append(oracle.Layer("convolution", weights(outputs, 1, 3, 3), bias(outputs), 2.0**-6, pad,
                                           out_scale=2.0**-3 * dice.choice((1, 2))))
        side = side + 2 * pad - 2
        if dice.random() < 0.7:
            network.layers.append(oracle.Layer("pool", size=2))
            side //= 2
        features = outputs * side * side
    network.layers.append(oracle.Layer("linear", weights(10, features), bias(10), 2.0**-6, flatten=True))
    return network


def write_images(folder, images, labels):
    folder.mkdir()
    count, height, width = images.shape
    (folder / "t10k-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, count, height, width) + images.tobytes())
    (folder / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + bytes(labels))


def metrics(program, folder, *arguments):
    done = subprocess.run([program, *arguments, "--quiet", "--out", "out"], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    result = json.loads((folder / "out/result.json").read_text())["metrics"]
    return {name: entry["value"] for name, entry in result.items()}


def expect(name, got, want, relative=1e-9):
    if abs(got - want) > relative * max(abs(want), 1e-30):
        raise AssertionError(f"{name}: the program says {got!r}, the oracle {want!r}")


def inference(program, folder, seed, deep):
    """Classes of the chip and of the integers sample by sample, what was counted, and the energy of an inference."""
    dice, numbers = random.Random(seed), np.random.default_rng(seed)
    chip, network = random_chip(dice), random_network(dice, numbers, deep)
    samples = 12 if deep else 40
    images = numbers.integers(0, 256, (samples, *network.shape[1:]), dtype=np.uint8)
    machine = oracle.Machine(chip, network, seed, instance=seed % 5)
    events = dict.fromkeys(COMPARED, 0)
    classes = [int(np.argmax(machine.run(image[None], False, events))) for image in images]
    integers = [int(np.argmax(machine.run(image[None], True, dict(events)))) for image in images]
    write_images(folder / "data", images, classes)
    (folder / "chip.json").write_text(json.dumps(to_json(chip)))
    onnx_file.write(folder / "net.onnx", network)
    found = metrics(program, folder, "run", "chip.json", "--workload", "net.onnx", "--data", "data", "--seed", str(seed),
                    "--instance", str(seed % 5), "--cycle-samples", "2")
    # The labels are the oracle's classes: every sample is right, or some class differs.
    expect("accuracy with the oracle's classes as labels", found["accuracy"], 1.0)
    same = sum(a == b for a, b in zip(classes, integers)) / samples
    expect("agreement with the integers", found["accuracy.agreement"], same)
    for event in COMPARED:
        expect(f"count.{event}", found[f"count.{event}"], events[event] / samples)
    crossbars = machine.crossbars[-1].encoding
    volts = 0.1 / (2 ** chip["dac"]["bits"] - 1)
    low, high = oracle.siemens(chip["device"]["g_min"]), oracle.siemens(chip["device"]["g_max"])
    step = volts**2 * (high - low) / crossbars.span * 10e-9
    joules = sum((step if event == "cell_conduction" else chip["energy"][event] * PICO) * events[event] / samples
                 for event in COMPARED)
    expect("energy.dynamic", found["energy.dynamic"], joules)
    expect("energy.inference", found["energy.inference"], joules)
    expect("energy.adc", found["energy.adc"], chip["energy"]["adc_conversion"] * PICO * events["adc_conversion"] / samples)
    expect("power.average", found["power.average"], joules * found["throughput.inference"])
    expect("tops_per_watt", found["tops_per_watt"], 2e-12 * found["macs.inference"] / joules)
    return len(set(classes)) > 1 and same < 1


def programming(program, folder, seed):
    """One layer in one crossbar written and verified row by row: counters, residuals, attempts, energy of the pulses."""
    dice, numbers = random.Random(seed), np.random.default_rng(seed)
    chip = random_chip(dice)
    chip["device"].update(model="gaussian", stuck_at_g_min=0.0, stuck_at_g_max=0.0, sigma=0.15, sigma_slope=0.05)
    chip["crossbar"].update(rows=40, columns=512)
    network = random_network(dice, numbers, deep=False)
    images = np.zeros((1, *network.shape[1:]), dtype=np.uint8)
    write_images(folder / "data", images, [0])
    (folder / "chip.json").write_text(json.dumps(to_json(chip)))
    onnx_file.write(folder / "net.onnx", network)
    found = metrics(program, folder, "program", "chip.json", "--workload", "net.onnx", "--seed", str(seed))

    matrix, instance = network.layers[0].weights, 0
    cells = oracle.Crossbars(chip, matrix, 0, seed, instance)
    encoding = cells.encoding
    assert len(cells.blocks) == 1
    codes = cells.blocks[0][3]
    low, high = oracle.siemens(chip["device"]["g_min"]), oracle.siemens(chip["device"]["g_max"])
    step = (high - low) / encoding.span
    addresses = list(range(codes.shape[1]))
    joules = {"first_write": 0.0, "set": 0.0, "reset": 0.0}
    joules["first_write"] = (chip["write_controller"]["pulse_volts"] ** 2 * 100e-9 * step / 2
                             * (np.abs(codes + encoding.pedestal).sum() + encoding.pedestal * codes.size))
    counts, errors, attempts, states, slowest = {}, [], [], [], 0
    for row in range(len(codes)):
        levels = sum((encoding.levels(int(matrix[output, row])) for output in range(10)), [])
        levels += [encoding.offset_level] * encoding.offset
        writer = oracle.WriteVerify(chip, levels, [int(code) for code in codes[row]], row, addresses, 0, seed, instance)
        getattr(writer, chip["write_controller"]["process"])()
        for name, value in writer.counts.items():
            counts[name] = counts.get(name, 0) + value
        for polarity, by_step in writer.joules_steps.items():
            ramp = chip[polarity + "_pulse"]
            for number, conductance in by_step.items():
                joules[polarity] += (ramp["start"] + ramp["increment"] * number) ** 2 * 100e-9 * step / 2 * conductance
        attempts += writer.attempts
        states += writer.state
        errors += [(code - target) / encoding.span for code, target, state in zip(writer.codes, writer.targets, writer.state)
                   if state == "verified"]
    for name, value in counts.items():
        expect(f"count.programming.{name}", found[f"count.programming.{name}"], value)
    expect("cells", found["cells"], codes.size)
    expect("cells.verified", found["cells.verified"], states.count("verified"))
    expect("cells.unconverged", found["cells.unconverged"], states.count("unconverged"))
    expect("attempts.cell.mean", found["attempts.cell.mean"], sum(attempts) / len(attempts))
    expect("attempts.cell.max", found["attempts.cell.max"], max(attempts))
    expect("nwc", found["nwc"], 1.0 if sum(attempts) else 0.0)
    # Codes come from a table of the normal distribution there and from its inverse here: a step in 1e5 may differ.
    if errors:
        expect("residual.verified", found["residual.verified"], float(np.sqrt(np.mean(np.square(errors)))), 1e-4)
        expect("residual.verified.max", found["residual.verified.max"], max(abs(error) for error in errors), 1e-3)
    for name, value in joules.items():
        expect(f"energy.programming.pulses.{name}", found.get(f"energy.programming.pulses.{name}", 0.0), value, 1e-6)
    return states.count("verified") > 0 and max(attempts) > 1


CASES = ([("one crossbar layer", seed, lambda p, f, s: inference(p, f, s, False)) for seed in range(1, 13)]
         + [("a network", seed, lambda p, f, s: inference(p, f, s, True)) for seed in range(101, 109)]
         + [("write-verify", seed, programming) for seed in range(201, 211)])


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = {int(seed) for seed in sys.argv[2:]}
    failed, telling, tried = 0, 0, 0
    for name, seed, case in CASES:
        if wanted and seed not in wanted:
            continue
        tried += 1
        with tempfile.TemporaryDirectory() as folder:
            try:
                telling += bool(case(program, pathlib.Path(folder), seed))
            except AssertionError as difference:
                failed += 1
                print(f"{name}, seed {seed}: {difference}")
    print(f"{tried - failed} of {tried} random architectures agree; {telling} of them tell a chip from its integers, "
          "or have cells that took several pulses")
    # A comparison in which the chip never differs from what it approximates would see nothing.
    if failed or 2 * telling < tried:
        sys.exit(1)


if __name__ == "__main__":
    main()
