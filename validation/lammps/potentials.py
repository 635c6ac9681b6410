#!/usr/bin/env python3
"""Every potential that `omd export lammps` writes, run by LAMMPS against omd: own styles, tables, parameter files, units.

Differences are relative to the largest value of the run. The metals' files are made-up ones of omd's tests, the crystals are
turned, shaken, in a left-handed skewed basis of their lattice, and flow with three real eigenvalues. Prints the table of
README.md. Needs what export.py needs.
"""

import pathlib
import random
import shutil
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import export  # noqa: E402
from export import INPUT, OBLIQUE, WORK, Failed, lammps, oblique, omd, say, transposed  # noqa: E402

GOOD = export.ROOT / "crates" / "io" / "tests" / "good"
UPPER = [[0.2, 0.4, -0.3], [0, -0.15, 0.25], [0, 0, 0.1]]
MORSE = 'kind = "morse"\nepsilon = 1.0\nalpha = 5.0\nequilibrium-distance = 1.1\ncutoff = 2.5\n'
PAIRS = (
    ("lennard-jones, truncated", 'kind = "lennard-jones"\nepsilon = 1.0\nsigma = 1.0\ncutoff = 2.5\ntruncation = "truncated"'),
    ("lennard-jones, shifted", 'kind = "lennard-jones"\nepsilon = 1.0\nsigma = 1.0\ncutoff = 2.5\ntruncation = "shifted"'),
    ("lennard-jones, shifted-force", export.LENNARD_JONES),
    ("wca", 'kind = "wca"\nepsilon = 1.0\nsigma = 1.0'),
    ("morse, truncated", MORSE + 'truncation = "truncated"'),
    ("morse, shifted", MORSE + 'truncation = "shifted"'),
    ("morse, shifted-force", MORSE + 'truncation = "shifted-force"'),
    ("morse, softened (table)", MORSE + 'truncation = "shifted-force"\nsoftening = 0.1'),
    ("gaussian (table)", 'kind = "gaussian"\nepsilon = 5.0\nsigma = 0.6\ncutoff = 2.5\ntruncation = "shifted"'),
    ("inverse-power 9 (table)", 'kind = "inverse-power"\nepsilon = 1.0\nsigma = 1.0\nexponent = 9\ncutoff = 2.5'),
    ("harmonic (table)", 'kind = "harmonic"\nstiffness = -1.0\ncutoff = 1.5\ntruncation = "shifted"'),
    ("coulomb (table)", 'kind = "coulomb"\nstrength = 1.0\nsoftening = 0.3\ncutoff = 2.5'),
    ("yukawa (table)", 'kind = "yukawa"\nstrength = 2.0\nscreening-length = 0.6\nsoftening = 0.2\ncutoff = 2.5'),
)
# Name, kind of crystal, lattice constant, cells along an edge, mass, the interaction, its file.
CRYSTALS = (
    ("tersoff", "diamond", 3.57, 3, 12.011, 'kind = "tersoff"\nelement = "C"', "C.tersoff"),
    ("stillinger-weber", "diamond", 5.43, 3, 28.0855, 'kind = "stillinger-weber"\nelement = "Si"', "Si.sw"),
    ("eam, funcfl", "fcc", 3.52, 4, 58.69, 'kind = "eam"', "Ni.eam"),
    ("eam, setfl", "fcc", 3.52, 4, 58.69, 'kind = "eam"\nelement = "Ni"', "CuNi.eam.alloy"),
    ("eam, setfl of Finnis and Sinclair", "fcc", 3.52, 4, 58.69, 'kind = "eam"\nelement = "Ni"', "CuNi.eam.fs"),
)
ARGON = """units = "{units}"
flow = {{ velocity-gradient = [[0, 0, 0], [{rate}, 0, 0], [0, 0, 0]] }}
state = {{ {density}temperature = 300.0, mass = {mass} }}
time = {{ end = {end}, samples = 5 }}
molecular = {{ {atoms}, time-step = {dt} }}
interaction = {{ kind = "lennard-jones", epsilon = {epsilon}, sigma = {sigma}, cutoff = {cutoff}, truncation = "shifted-force" }}
"""
# Units, rate, mass, density, end, time step, epsilon, sigma, cutoff.
STYLES = (
    ("real", 1e-3, 39.948, 2e-3, 500.0, 2.0, 0.2381, 3.405, 8.5),
    ("metal", 1.0, 39.948, 2e-3, 0.5, 0.002, 0.010325, 3.405, 8.5),
    ("si", 1e12, 6.6335e-26, 2e27, 5e-13, 2e-15, 1.654e-21, 3.405e-10, 8.5e-10),
)


def crystal(kind, constant, cells):
    """Shaken places of a crystal, turned, and the edges as rows: left-handed and skewed."""
    random.seed(1)
    fcc = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    basis = fcc + [tuple(x + 0.25 for x in place) for place in fcc] if kind == "diamond" else fcc
    corners = [(i, j, k) for i in range(cells) for j in range(cells) for k in range(cells)]
    places = [[constant * (c + b) + random.gauss(30, 0.05) for c, b in zip(corner, b)] for corner in corners for b in basis]
    edge = constant * cells
    edges = [[0, edge, 0], [edge, 0, 0], [edge, 0, edge]]
    return product(places, transposed(OBLIQUE)), product(edges, transposed(OBLIQUE))


def product(rows, matrix):
    """N rows times a 3x3 matrix."""
    return [[sum(row[k] * matrix[k][j] for k in range(3)) for j in range(3)] for row in rows]


def structure(places, edges, mass, gradient):
    """Extended XYZ in metal units at about 300 K, with the velocity of the flow."""
    speed = (0.83144626 * 300 / mass) ** 0.5
    lines = [str(len(places)), f'Lattice="{" ".join(repr(x) for edge in edges for x in edge)}" Properties=species:S:1:pos:R:3:velo:R:3']
    for place in places:
        velocity = [random.gauss(0, speed) + sum(a * x for a, x in zip(row, place)) for row in gradient]
        lines.append("X " + " ".join(repr(x) for x in (*place, *velocity)))
    return "\n".join(lines) + "\n"


def relative(found):
    """Against the largest values of omd's run."""
    ours = export.table(WORK / "omd" / "molecular.csv")
    largest = lambda names: max(abs(x) for name in names for x in ours[name]) or 1.0  # noqa: E731
    atoms = len(export.of_omd(WORK / "omd"))
    return (
        found["potential energy per atom"] * atoms / largest(["potential_energy"]),
        found["temperature"] / largest(["temperature"]),
        found["pressure"] / largest([f"p{c}" for c in export.TENSOR]),
    )


def report(name, found):
    """One row."""
    print(f"| {name} | " + " | ".join(f"{value:.0e}" for value in relative(found)) + " |", flush=True)


def main():
    print(f"LAMMPS {lammps.install()}; omd {omd.revision()}\n")
    omd.build(("omd-cli", []))
    WORK.mkdir(parents=True, exist_ok=True)
    print("| potential | potential energy | temperature | pressure |\n| --- | --- | --- | --- |")
    given = 'structure = "lammps/start.extxyz"'
    for name, interaction in PAIRS:
        say(name)
        same = {"gradient": UPPER, "temperature": 2.0, "end": 0.5, "dt": 0.002, "interaction": interaction}
        drawn = INPUT.format(density="number-density = 0.3, ", atoms="atoms = 500", **same)
        report(name, export.both(drawn, INPUT.format(density="", atoms=given, **same), UPPER, 0.5))
    for units, rate, mass, density, end, dt, epsilon, sigma, cutoff in STYLES:
        say(units)
        same = {"units": units, "rate": rate, "mass": mass, "end": end, "dt": dt, "epsilon": epsilon, "sigma": sigma, "cutoff": cutoff}
        drawn = ARGON.format(density=f"number-density = {density}, ", atoms="atoms = 500", **same)
        same = ARGON.format(density="", atoms=given, **same)
        report(f"argon in {units} units", export.both(drawn, same, [[0, 0, 0], [rate, 0, 0], [0, 0, 0]], end))
    gradient = oblique([[x / 2 for x in row] for row in UPPER])
    for name, kind, constant, cells, mass, interaction, file in CRYSTALS:
        say(name)
        places, edges = crystal(kind, constant, cells)
        (WORK / "crystal.extxyz").write_text(structure(places, edges, mass, gradient))
        shutil.copy(GOOD / file, WORK / file)
        text = INPUT.replace('units = "lj"', 'units = "metal"').replace("temperature = {temperature!r}", f"temperature = 300, mass = {mass}")
        text = text.format(
            gradient=gradient, density="", end=0.2, dt=0.001, atoms='structure = "crystal.extxyz"',
            interaction=f'{interaction}\nparameters = "{file}"',
        )
        report(name, export.both(text, text, gradient, 0.2))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        say(f"potentials.py: {failure}")
        sys.exit(1)
