# SPDX-License-Identifier: Apache-2.0
"""Linear algebra and statistics of fit_relaxation.py, in plain Python."""

import math


def hat(nodes, x):
    """The two nodes around x and their weights."""
    x = min(max(x, nodes[0]), nodes[-1])
    i = 0
    while i + 2 < len(nodes) and nodes[i + 1] < x:
        i += 1
    part = (x - nodes[i]) / (nodes[i + 1] - nodes[i])
    return ((i, 1 - part), (i + 1, part))


def solve(matrix, right):
    """Gaussian elimination of a symmetric positive matrix, both arguments used up."""
    n = len(right)
    for k in range(n):
        row = matrix[k]
        for i in range(k + 1, n):
            factor = matrix[i][k] / row[k]
            if factor == 0:
                continue
            other = matrix[i]
            for j in range(k, n):
                other[j] -= factor * row[j]
            right[i] -= factor * right[k]
    for k in range(n - 1, -1, -1):
        right[k] = (right[k] - sum(matrix[k][j] * right[j] for j in range(k + 1, n))) / matrix[k][k]
    return right


def correlation(triples):
    """Of the first two of each triple, the third being its weight."""
    n = sum(w for _, _, w in triples)
    a, b = sum(w * x for x, _, w in triples) / n, sum(w * y for _, y, w in triples) / n
    cross = sum(w * (x - a) * (y - b) for x, y, w in triples)
    return cross / math.sqrt(sum(w * (x - a) ** 2 for x, _, w in triples) *
                             sum(w * (y - b) ** 2 for _, y, w in triples))


def triangle(matrix):
    """Cholesky factor."""
    lower = [[0.0] * len(matrix) for _ in matrix]
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(rest) if i == j else rest / lower[j][j]
    return lower
