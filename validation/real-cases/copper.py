#!/usr/bin/env python3
"""Writes the second-moment (Gupta) potential of copper by Cleri and Rosato as a setfl table, and prints what it gives at rest.

E_i = sum_j A exp(-p (r/r0 - 1)) - (sum_j xi^2 exp(-2 q (r/r0 - 1)))^(1/2), neighbours to the fifth shell. The published form
ends between the fifth and the sixth shell; here it goes smoothly to zero there, which leaves the crystal at rest as it is.

    python3 validation/real-cases/copper.py examples/Cu.eam.alloy
"""

import math
import sys

A, XI, P, Q, CONSTANT = 0.0855, 1.224, 10.960, 2.278, 3.615  # eV, eV, 1, 1, angstrom [CleriRosato1993, recalled]
R0 = CONSTANT / math.sqrt(2.0)
FROM, CUTOFF = 1.62 * CONSTANT, 1.70 * CONSTANT  # shells at sqrt(5/2) = 1.58 and sqrt(3) = 1.73
POINTS = 1000
DENSEST = 60.0  # eV^2: five times the density at rest


def fade(r):
    """1 up to FROM, 0 from CUTOFF on, with two continuous derivatives."""
    s = min(max((r - FROM) / (CUTOFF - FROM), 0.0), 1.0)
    return 1.0 - s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)


def pair(r):
    """Both halves of the repulsion of a pair, eV."""
    return 2.0 * A * math.exp(-P * (r / R0 - 1.0)) * fade(r)


def density(r):
    """eV^2."""
    return XI * XI * math.exp(-2.0 * Q * (r / R0 - 1.0)) * fade(r)


def energy(constant):
    """Of an atom of the crystal, eV."""
    n = 3
    places = [(i, j, k) for i in range(-n, n + 1) for j in range(-n, n + 1) for k in range(-n, n + 1)]
    sites = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    distances = [
        constant * math.dist((0, 0, 0), [x + s for x, s in zip(place, site)]) for place in places for site in sites
    ]
    near = [r for r in distances if 0 < r < CUTOFF]
    return 0.5 * sum(map(pair, near)) - math.sqrt(sum(map(density, near)))


def numbers(values):
    return "\n".join(" ".join(f"{v:.12e}" for v in values[k : k + 5]) for k in range(0, len(values), 5))


def main():
    step, width = CUTOFF / (POINTS - 1), DENSEST / (POINTS - 1)
    # setfl wants r times the pair energy, and no infinity at r = 0.
    with open(sys.argv[1], "w") as out:
        print("Copper: second-moment potential of Cleri and Rosato, Phys. Rev. B 48, 22 (1993), tabulated", file=out)
        print("by validation/real-cases/copper.py", file=out)
        print("units: eV, angstrom", file=out)
        print("1 Cu", file=out)
        print(f"{POINTS} {width:.16e} {POINTS} {step:.16e} {CUTOFF:.16e}", file=out)
        print(f"29 63.546 {CONSTANT} fcc", file=out)
        print(numbers([-math.sqrt(k * width) for k in range(POINTS)]), file=out)
        print(numbers([density(k * step) for k in range(POINTS)]), file=out)
        print(numbers([k * step * pair(k * step) for k in range(POINTS)]), file=out)
    h = 1e-4
    low = min((energy(CONSTANT + k * h), CONSTANT + k * h) for k in range(-300, 301))
    print(f"cohesive energy {-low[0]:.4f} eV (3.544), lattice constant {low[1]:.4f} angstrom (3.615)")


if __name__ == "__main__":
    main()
