#!/usr/bin/env python3
"""Times evaluations of the collision operator by fsm.py for Maxwell molecules and prints their errors as JSON.

peer.py MODES RADIUS NODES SPHERE [REPEATS]: the support is a ball of RADIUS, NODES radial nodes, SPHERE is `design` (12
points, 6 after symmetry) or `PxQ`, a product rule on the half sphere.
"""

import json
import sys
import time

import numpy as np
from fsm import FSM, bkw

COVARIANCE = np.array([[1.3, 0.1, 0.0], [0.1, 1.0, -0.05], [0.0, -0.05, 0.7]])


def half_design():
    """The icosahedron's twelve corners, a design of degree 5, one of each pair."""
    golden = (1 + np.sqrt(5)) / 2
    corners = [q for s in (-1, 1) for h in (-golden, golden) for q in ((0, s, h), (s, h, 0), (h, 0, s))]
    points = np.array(corners, float) / np.sqrt(1 + golden * golden)
    return points[(points[:, 2] > 0) | ((points[:, 2] == 0) & (points[:, 1] > 0))]


def stress_error(operator):
    """The stress of a Gaussian relaxes at half the rate: the largest error of a component."""
    v = operator.v
    axes = [v[:, None, None], v[None, :, None], v[None, None, :]]
    inverse = np.linalg.inv(COVARIANCE)
    square = sum(inverse[i, j] * axes[i] * axes[j] for i in range(3) for j in range(3))
    found = operator.Q(np.exp(-0.5 * square) / np.sqrt((2 * np.pi) ** 3 * np.linalg.det(COVARIANCE)))
    rate = np.array([[(found * a * b).sum() * operator.dv**3 for a in axes] for b in axes])
    deviator = lambda m: m - np.eye(3) * np.trace(m) / 3
    return abs(deviator(rate) + 0.5 * deviator(COVARIANCE)).max()


modes, radius, nodes, sphere = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
repeats = int(sys.argv[5]) if len(sys.argv) > 5 else 5
rule = {"pts": half_design()} if sphere == "design" else {"M": tuple(map(int, sphere.split("x")))}
operator = FSM(modes, radius, 0.0, Nr=nodes, **rule)
# K = 1 - exp(-t/6) = 0.6615, as omd's side has it.
start, slope = bkw(operator.v, -6 * np.log(1 - 0.6615))
found = operator.Q(start)
seconds = []
for _ in range(repeats):
    clock = time.perf_counter()
    found = operator.Q(start)
    seconds.append(time.perf_counter() - clock)
error = found - slope
print(
    json.dumps(
        {
            "seconds": min(seconds),
            "bkw_largest": abs(error).max(),
            "bkw_mean_square": np.sqrt((error**2).sum() * operator.dv**3),
            "stress": stress_error(operator),
            "transforms": sum(operator.nfft),
        }
    )
)
