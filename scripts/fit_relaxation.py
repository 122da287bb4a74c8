#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of measured relaxation for device/relaxation_technology_*.cpp, from single cells.

    scripts/fit_relaxation.py a                                             > device/relaxation_technology_a.cpp
    scripts/fit_relaxation.py b --cells tests/device/data/relaxation_b.csv  > device/relaxation_technology_b.cpp
    scripts/fit_relaxation.py c --cells tests/device/data/relaxation_c.csv  > device/relaxation_technology_c.cpp
    scripts/fit_relaxation.py b --cells technology_b.csv.gz --compact       > tests/device/data/relaxation_b.csv

Cells: one line per cell, conductances in uS right after programming and at each time; or, gzipped, one line per reading
(cell, time_s, g_initial_uS, g_uS). Both give the same tables, since readings are rounded to 0.01 uS. Source: public
data of A. Levy et al.'s relaxation model (MIT licence), every second cell, room temperature.

The model. A cell of conductance g has at time t the change f(t, g, x); x says where in the distribution of its state
the cell is. f is linear between nodes of g and x. Its nodes are the least-squares fit to the cells, whose scores x are
their ranks among the cells of the nearest conductances; then each state's mean and spread are set to those of the
cells. How the scores of one cell at the measured times belong together is said at ACTIVE below; the program needs it as
triangular matrices on independent normal draws.

Bakes were published as mean and spread over all states only. What is assumed for their states is said at bakes_a and
bakes_b.
"""

import argparse
import bisect
import csv
import gzip
import math
import statistics

from fit_numerics import correlation, hat, solve, triangle

NORMAL = statistics.NormalDist()
# A cell's scores at the measured times are s y + e: y correlated over time, e new at every time, s by the cell's
# population. A part of the cells moves far and keeps what it moved; the others mostly fluctuate. The three constants
# are those with which not only scores but also their squares correlate as the cells' do, between all pairs of times.
ACTIVE = 0.4  # share of the cells that move far
SLOW_ACTIVE = 8.0  # their s^2; that of e is 1
SLOW_QUIET = 1.0  # the others' s^2
SCORES = [float(i) for i in range(-9, 10)]  # nodes of the score
WINDOW = 100  # cells on each side, at most, among which a cell is ranked
NARROWEST = 25  # at least
MATCHING = 6  # rounds of matching mean and spread
SMOOTHING = 0.05  # weight of second differences, in cells: only nodes with few cells feel it
HIGHEST = {"b": 128, "c": 40}  # G_max of the technology in uS; the few cells above are left out
# Nodes of g in uS. Below the first the program scales falls with the conductance. Those of b are the levels that its
# cells were written to, and between the lower ones; those of c are dense where the changes depend on g most.
NODES = {
    "b": [2.5, 6, 10, 14, 18, 22, 26, 30, 34, 42, 50, 58, 66, 74, 82, 90, 98, 106, 114, 121],
    "c": [0.5, 1, 2, 3.5, 5, 7, 10, 13, 16, 20, 25, 30, 35, 40],
}
BAKE_SHAPE_TIME = 1000.0  # s: the last time of technology b before a few cells jumped by up to 147 uS

# Bakes of 1.2 to 2 h, 16,384 cells each: Celsius, mean and standard deviation of the change in uS, over all states,
# and the share beyond three standard deviations (a). The means of b in between are taken as linear: only its first and
# last are known.
BAKES_A = [(100, 2.1, 13.5, 0.017), (140, 4.4, 16.8, 0.017), (180, 5.1, 20.7, 0.017), (220, -11.2, 30.1, 0.017),
           (260, -52.6, 53.8, 0.004)]
BAKES_B = [(100, -3.3, 8.72), (140, -2.775, 9.46), (180, -2.25, 10.08), (220, -1.725, 10.83), (260, -1.2, 11.36)]
STATES_A = [0, 15, 30, 60, 120, 180, 240]  # nodes of g in uS


def read_cells(path):
    """[(g_initial, {seconds: g})] sorted by g_initial, in uS rounded to 0.01."""
    cells = []
    if path.endswith(".gz"):
        by_number = {}
        with gzip.open(path, "rt", encoding="ascii") as file:
            for row in csv.DictReader(file):
                cell = by_number.setdefault(int(row["cell"]), (round(float(row["g_initial_uS"]), 2), {}))
                cell[1][float(row["time_s"])] = round(float(row["g_uS"]), 2)
        cells = [by_number[number] for number in sorted(by_number)]
        for cell in cells:
            cell[1].pop(0.0, None)
    else:
        with open(path, encoding="ascii") as file:
            lines = [line for line in file if not line.startswith("#")]
        for row in csv.reader(lines[1:]):
            times = [float(name) for name in lines[0].split(",")[1:]]
            cells.append((float(row[0]), {t: float(g) for t, g in zip(times, row[1:]) if g}))
    return sorted(cells, key=lambda cell: (cell[0], sorted(cell[1].items())))


def write_compact(cells):
    times = sorted({t for _, readings in cells for t in readings})
    print("# Conductance in uS right after programming and after the seconds of the column; empty: not read. 25 C.")
    print("# Every second cell of the public data of the RRAM relaxation master model, A. Levy et al., MIT licence.")
    print(",".join(["0"] + ["%g" % t for t in times]))
    for start, readings in cells:
        print(",".join(["%g" % start] + ["%g" % readings[t] if t in readings else "" for t in times]))


def population(active):
    """Variance of the scores of one population of cells."""
    return 1 + (SLOW_ACTIVE if active else SLOW_QUIET)


def below(x):
    """Share of scores below x."""
    active = NORMAL.cdf(x / math.sqrt(population(True)))
    return ACTIVE * active + (1 - ACTIVE) * NORMAL.cdf(x / math.sqrt(population(False)))


def score_of_share(share):
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return 0.5 * (low + high)


def cell_scores(cells, time):
    """{index of the cell: score} by its change's rank among the cells of the nearest conductances."""
    members = [i for i, cell in enumerate(cells) if time in cell[1]]
    starts = [cells[i][0] for i in members]
    change = [cells[i][1][time] - cells[i][0] for i in members]
    known, scores = {}, {}
    for place, i in enumerate(members):
        reach = 0.5 + 0.15 * starts[place]
        first = max(place - WINDOW, min(bisect.bisect_left(starts, starts[place] - reach), place - NARROWEST), 0)
        last = min(place + WINDOW, max(bisect.bisect_right(starts, starts[place] + reach), place + NARROWEST))
        window = change[first:last + 1]
        rank = sum(x < change[place] for x in window) + 0.5 * sum(x == change[place] for x in window)
        share = rank / len(window)
        if share not in known:
            known[share] = score_of_share(share)
        scores[i] = known[share]
    return scores


def fit_changes(cells, time, scores, states):
    """[state][score] change in uS."""
    width = len(SCORES)
    size = len(states) * width
    matrix = [[0.0] * size for _ in range(size)]
    right = [0.0] * size
    for i, z in scores.items():
        start, readings = cells[i]
        terms = [(s * width + k, p * q) for s, p in hat(states, start) for k, q in hat(SCORES, z)]
        for a, p in terms:
            right[a] += p * (readings[time] - start)
            for b, q in terms:
                matrix[a][b] += p * q
    for s in range(len(states)):
        for k in range(1, width - 1):
            stencil = ((s * width + k - 1, 1.0), (s * width + k, -2.0), (s * width + k + 1, 1.0))
            for a, p in stencil:
                for b, q in stencil:
                    matrix[a][b] += SMOOTHING * p * q
    flat = solve(matrix, right)
    table = [flat[s * width:(s + 1) * width] for s in range(len(states))]
    for _ in range(MATCHING):
        match_moments(cells, time, states, table)
        settle(states, table)
    return table


def settle(states, table):
    """A change rises with the score, and takes no more than the cell has."""
    for state, row in zip(states, table):
        for k in range(len(row)):
            row[k] = max(row[k], -state, row[k - 1] if k > 0 else -math.inf)


def score_weights():
    """Scores and their probabilities, fine enough for moments of what is linear between nodes."""
    fine = [(i + 0.5) / 20 for i in range(-400, 400)]
    return [(x, below(x + 0.025) - below(x - 0.025)) for x in fine]


def match_moments(cells, time, states, table):
    """Shifts and stretches each state's row so that mean and spread around the state are those of the cells."""
    curves = [(p, [sum(w * row[k] for k, w in hat(SCORES, x)) for row in table]) for x, p in score_weights()]
    mean = [sum(p * c[s] for p, c in curves) for s in range(len(states))]
    square = [sum(p * c[s] ** 2 for p, c in curves) for s in range(len(states))]
    cross = [sum(p * c[s] * c[s + 1] for p, c in curves) for s in range(len(states) - 1)]
    weight, first, second, model_first, model_second = ([0.0] * len(states) for _ in range(5))
    for start, readings in cells:
        if time not in readings:
            continue
        change = readings[time] - start
        (s, p), (_, q) = hat(states, start)
        expected = p * mean[s] + q * mean[s + 1]
        expected_square = p * p * square[s] + 2 * p * q * cross[s] + q * q * square[s + 1]
        for at, part in ((s, p), (s + 1, q)):
            weight[at] += part
            first[at] += part * change
            second[at] += part * change ** 2
            model_first[at] += part * expected
            model_second[at] += part * expected_square
    for s, row in enumerate(table):
        wanted, have = first[s] / weight[s], model_first[s] / weight[s]
        spread = math.sqrt((second[s] / weight[s] - wanted ** 2) / (model_second[s] / weight[s] - have ** 2))
        for k in range(len(row)):
            row[k] = mean[s] + spread * (row[k] - mean[s]) + wanted - have


def spreads(table):
    """[state] standard deviation of the change."""
    found = []
    for row in table:
        values = [(sum(w * row[k] for k, w in hat(SCORES, x)), p) for x, p in score_weights()]
        mean = sum(p * v for v, p in values)
        found.append(math.sqrt(sum(p * (v - mean) ** 2 for v, p in values)))
    return found


def fit_room(cells, states):
    """Times; [time][state][score] changes; the triangles of active and quiet cells."""
    times = sorted({t for _, readings in cells for t in readings})
    scores = [cell_scores(cells, t) for t in times]
    changes = [fit_changes(cells, t, x, states) for t, x in zip(times, scores)]
    wide = [spreads(table) for table in changes]

    def spread(time, cell):
        return sum(part * wide[time][s] for s, part in hat(states, cells[cell][0]))

    def together(a, b):
        # Cells of states that move far count more: they make the correlation of the changes.
        return correlation([(scores[a][i], scores[b][i], spread(a, i) * spread(b, i)) for i in scores[a]
                            if i in scores[b]])

    slow = ACTIVE * SLOW_ACTIVE + (1 - ACTIVE) * SLOW_QUIET
    count = range(len(times))
    pairs = [[1.0 if a == b else together(a, b) * (slow + 1) / slow for b in count] for a in count]
    triangles = [triangle([[part + 1 if a == b else part * pairs[a][b] for b in count] for a in count])
                 for part in (SLOW_ACTIVE, SLOW_QUIET)]
    return times, changes, triangles


def falling(start, change):
    """Conductance after a change that takes no more than the cell has; small changes are taken as they are."""
    if change >= 0:
        return start + change
    return start * math.exp(change / start) if start > 0 else 0.0


def power_shape(beyond):
    """Exponent of the score, and its spread, with which this share lies beyond three standard deviations."""
    fine = score_weights()
    low, high = 0.3, 3.0
    for _ in range(50):
        power = 0.5 * (low + high)
        spread = math.sqrt(sum(p * abs(x) ** (2 * power) for x, p in fine))
        share = 2 * below(-((3 * spread) ** (1 / power)))
        low, high = (power, high) if share < beyond else (low, power)
    return power, spread


def bakes_a():
    """[temperature][state][score]. Nothing is known by state. Assumed: states spread evenly up to 240 uS, the mean in
    proportion to the conductance, the spread the same for all but that a cell loses no more than it has."""
    tables = []
    fine = score_weights()
    evenly = [(i + 0.5) * STATES_A[-1] / 40 for i in range(40)]
    for _, mean, sigma, beyond in BAKES_A:
        power, unit = power_shape(beyond)
        deviation = [(math.copysign(abs(x) ** power, x) / unit, p) for x, p in fine]
        part, spread = mean / (0.5 * STATES_A[-1]), sigma
        for _ in range(40):
            changes = [(falling(g, part * g + spread * d) - g, p) for g in evenly for d, p in deviation]
            first = sum(p * c for c, p in changes) / len(evenly)
            second = sum(p * c * c for c, p in changes) / len(evenly)
            part += (mean - first) / (0.5 * STATES_A[-1])
            spread *= sigma / math.sqrt(second - first ** 2)
        rows = [[math.copysign(abs(x) ** power, x) / unit for x in SCORES]] * len(STATES_A)
        table = [[falling(g, part * g + spread * d) - g for d in row] for g, row in zip(STATES_A, rows)]
        settle(STATES_A, table)
        tables.append(table)
    return tables


def bakes_b(cells, room):
    """[temperature][state][score]. Nothing is known by state. Assumed: the changes of 1000 s at room temperature,
    widened by one factor (of a fall, its logarithm, so that a cell loses no more than it has) and shifted in proportion
    to the conductance, both such that mean and spread over all cells are the bake's."""
    states = NODES["b"]
    weight = [0.0] * len(states)
    for start, _ in cells:
        for at, part in hat(states, start):
            weight[at] += part / len(cells)
    fine = score_weights()
    known = [(g, g + sum(w * row[k] for k, w in hat(SCORES, x)), p * share)
             for g, row, share in zip(states, room, weight) for x, p in fine]

    def widened(start, end, factor):
        if end >= start:
            return start + factor * (end - start)
        return start * (max(end, 0.0) / start) ** factor if start > 0 else 0.0

    tables = []
    for _, mean, sigma in BAKES_B:
        low, high = 0.1, 10.0
        for _ in range(40):
            factor = 0.5 * (low + high)
            ends = [widened(start, end, factor) for start, end, _ in known]
            shift = (mean + sum(p * g for g, _, p in known)) / sum(p * end for end, (_, _, p) in zip(ends, known))
            spread = math.sqrt(sum(p * (shift * end - g - mean) ** 2 for end, (g, _, p) in zip(ends, known)))
            low, high = (factor, high) if spread < sigma else (low, factor)
        table = [[shift * widened(g, g + change, factor) - g for change in row] for g, row in zip(states, room)]
        settle(states, table)
        tables.append(table)
    return tables


def numbers(values, form):
    return ", ".join(form % value for value in values)


def print_table(name, doc, points, unit, states, tables):
    print(f"// {doc}")
    print(f"constexpr double k{name}Points[] = {{{numbers(points, '%.17g')}}};  // {unit}")
    print(f"constexpr double k{name}States[] = {{{numbers(states, '%g')}}};  // uS")
    print(f"constexpr std::int16_t k{name}Change[] = {{  // 0.01 uS: [point][state][score]")
    for table in tables:
        for row in table:
            print("    " + ", ".join("%d" % round(100 * change) for change in row) + ",")
        print()
    print("};")


def print_triangle(name, lower):
    print(f"constexpr double k{name}[] = {{  // [point][normal draw]")
    for row in lower:
        print(f"    {numbers(row, '%.5f')},")
    print("};")


def print_source(technology, cells):
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Made by scripts/fit_relaxation.py, which says what is measured and what is assumed. Change that, not this.")
    print('#include "device/relaxation_tables.h"\n')
    print("namespace nvcim::device {\nnamespace {\n")
    print("// clang-format off")
    if technology == "a":
        print_table("Bake", "Bakes of 1.2 to 2 h, 16,384 cells each.", [bake[0] for bake in BAKES_A], "Celsius", STATES_A,
                    bakes_a())
        print_triangle("Active", [[math.sqrt(1 + SLOW_ACTIVE)]])
        print_triangle("Quiet", [[math.sqrt(1 + SLOW_QUIET)]])
    else:
        states = NODES[technology]
        times, changes, (active, quiet) = fit_room(cells, states)
        print_table("Room", "25 C.", [math.log10(t) for t in times], "log10 of seconds", states, changes)
        print_triangle("Active", active)
        print_triangle("Quiet", quiet)
        if technology == "b":
            print_table("Bake", "Bakes of 1.2 to 2 h, 16,384 cells each.", [bake[0] for bake in BAKES_B], "Celsius",
                        states, bakes_b(cells, changes[times.index(BAKE_SHAPE_TIME)]))
    print("// clang-format on\n")
    print("}  // namespace\n")
    bake = "{kBakePoints, kBakeStates, kBakeChange}" if technology != "c" else "{}"
    room = "{kRoomPoints, kRoomStates, kRoomChange}" if technology != "a" else "{}"
    row = times.index(BAKE_SHAPE_TIME) if technology == "b" else 0
    print(f"RelaxationTables relaxation_technology_{technology}() {{")
    print(f"  return {{{room}, {bake}, {ACTIVE}, kActive, kQuiet, {row}}};")
    print("}\n")
    print("}  // namespace nvcim::device")


def main():
    parser = argparse.ArgumentParser(description="Tables of measured relaxation for device/relaxation_technology_*.cpp")
    parser.add_argument("technology", choices=["a", "b", "c"])
    parser.add_argument("--cells", help="readings of single cells: CSV, or gzipped CSV of the source")
    parser.add_argument("--compact", action="store_true", help="print the cells, one per line, instead of the tables")
    arguments = parser.parse_args()
    if (arguments.technology == "a") != (arguments.cells is None):
        parser.error("technologies b and c need --cells; of a no single cells are public")
    cells = read_cells(arguments.cells) if arguments.cells else []
    if arguments.compact:
        write_compact(cells)
    else:
        print_source(arguments.technology, [cell for cell in cells if cell[0] <= HIGHEST[arguments.technology]])


if __name__ == "__main__":
    main()
