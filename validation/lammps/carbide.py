#!/usr/bin/env python3
"""Prints a parameter file of `pair_style tersoff` for silicon and carbon: crates/io/tests/good/SiC.tersoff.

The numbers are those of J. Tersoff, Physical Review B 39, 5566 (1989), table I, with its rules for pairs of two elements,
equation (2): exponents are arithmetic means, A, B and the bounds R, S of the cutoff geometric ones, B times chi.

    python3 validation/lammps/carbide.py > crates/io/tests/good/SiC.tersoff
"""

from math import sqrt

# A, B, lambda, mu, beta, n, c, d, h, R, S; electronvolt and angstrom.
ELEMENTS = {
    "Si": (1830.8, 471.18, 2.4799, 1.7322, 1.1e-6, 0.78734, 100390, 16.217, -0.59825, 2.7, 3.0),
    "C": (1393.6, 346.7, 3.4879, 2.2119, 1.5724e-7, 0.72751, 38049, 4.3484, -0.57058, 1.8, 2.1),
}
CHI = 0.9776


def entry(i, j, k):
    """m gamma lambda3 c d costheta0 n beta lambda2 B R D lambda1 A of a bond of i with j that feels k."""
    _, _, _, _, beta, n, c, d, h, _, _ = ELEMENTS[i]
    # The cutoff is that of the distance to k, which is j where the pair itself is meant.
    low, high = (sqrt(ELEMENTS[i][at] * ELEMENTS[k][at]) for at in (9, 10))
    cut = (0.5 * (low + high), 0.5 * (high - low))
    if j != k:
        return (3, 1, 0, c, d, h, 0, 0, 0, 0, *cut, 0, 0)
    a, b = (sqrt(ELEMENTS[i][at] * ELEMENTS[j][at]) for at in (0, 1))
    slope, decay = (0.5 * (ELEMENTS[i][at] + ELEMENTS[j][at]) for at in (2, 3))
    return (3, 1, 0, c, d, h, n, beta, decay, b * (1 if i == j else CHI), *cut, slope, a)


def main():
    print("# Silicon and carbon, J. Tersoff, Physical Review B 39, 5566 (1989), electronvolt and angstrom; mixed by its")
    print("# equation (2), by validation/lammps/carbide.py. UNITS: metal")
    print("# m gamma lambda3 c d costheta0 n beta lambda2 B R D lambda1 A")
    for i in ELEMENTS:
        for j in ELEMENTS:
            for k in ELEMENTS:
                print(i, j, k, *(f"{number:.12g}" for number in entry(i, j, k)))


if __name__ == "__main__":
    main()
