#!/usr/bin/env python3
"""`omd export lammps`, run by LAMMPS, against omd's own run of the same atoms.

For several A with real eigenvalues, along the axes of the input and oblique to them, in a liquid and in a gas: the table
of LAMMPS (energies, temperature, pressure tensor, in the axes of the input) and the atoms at the end, each against omd's,
while dt is halved. The exported script has no lag of the box, so both codes must be on one trajectory at every dt.

Prints the table of README.md. Needs cargo, python3 with venv; LAMMPS is installed under bench/.work.
"""

import argparse
import csv
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "bench")]

from harness import lammps, omd  # noqa: E402
from harness.shell import Failed, run, say  # noqa: E402

WORK = ROOT / "validation" / ".work" / "export"
TENSOR = ("xx", "yy", "zz", "xy", "xz", "yz")
FLUIDS = {"liquid": (0.8442, 1.44, 0.002), "gas": (0.05, 2.0, 0.004)}
# The rotation of the quaternion (1, 2, -1, 3): oblique to all axes.
OBLIQUE = [[x / 15 for x in row] for row in ([-5, -10, 10], [2, -11, -10], [14, -2, 5])]


def times(a, b):
    """The product of two 3x3 matrices."""
    return [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]


def transposed(a):
    """The transpose."""
    return [list(row) for row in zip(*a)]


def oblique(a):
    """`Q A Q^T`."""
    return times(times(OBLIQUE, a), transposed(OBLIQUE))


FLOWS = (
    ("simple shear, u_z along y", [[0, 0, 0], [0, 0, 0], [0, 0.5, 0]]),
    ("simple shear, oblique", oblique([[0, 0.5, 0], [0, 0, 0], [0, 0, 0]])),
    ("combined orthogonal shear, oblique", oblique([[0, 0.5, 0.3], [0, 0, 0.4], [0, 0, 0]])),
    ("extension, oblique", oblique([[0.4, 0, 0], [0, -0.2, 0], [0, 0, -0.1]])),
    ("dilatation", [[0.3, 0, 0], [0, 0.3, 0], [0, 0, 0.3]]),
    ("three eigenvalues with shears, oblique", oblique([[0.2, 0.4, -0.3], [0, -0.15, 0.25], [0, 0, 0.1]])),
)

INPUT = """title = "exported"
units = "lj"
flow = {{ velocity-gradient = {gradient} }}
state = {{ {density}temperature = {temperature!r} }}
time = {{ end = {end!r}, samples = 5 }}
molecular = {{ {atoms}, time-step = {dt!r} }}
[interaction]
{interaction}
"""
LENNARD_JONES = 'kind = "lennard-jones"\nepsilon = 1.0\nsigma = 1.0\ncutoff = 2.5\ntruncation = "shifted-force"'


def table(path):
    """The columns of a CSV."""
    with open(path, newline="") as lines:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)]
    return {name: [row[name] for row in rows] for name in rows[0]}


def of_lammps(directory, gradient, end):
    """Unwrapped positions and lab velocities that LAMMPS ends with, in the axes of the input."""
    first = (directory / "start.data").read_text().splitlines()[0]
    matrix = lambda text: [[float(x) for x in row.split()] for row in text.strip().strip("[]").split(";")]  # noqa: E731
    rotation = matrix(first.split("Q = ", 1)[1].split("]", 1)[0])
    header = (directory / "start.data").read_text().splitlines()
    edges = [line.split() for line in header if line.endswith(("xlo xhi", "ylo yhi", "zlo zhi", "xy xz yz"))]
    cell = [[float(edges[0][1]), float(edges[3][0]), float(edges[3][1])], [0, float(edges[1][1]), float(edges[3][2])]]
    cell.append([0, 0, float(edges[2][1])])
    turned = times(times(transposed(rotation), gradient), rotation)
    rates = times(turned, cell)
    atoms = []
    for line in (directory / "final.lammpsdump").read_text().splitlines()[9:]:
        numbers = [float(x) for x in line.split()]
        x, flags, v = numbers[2:5], numbers[5:8], numbers[8:11]
        moved = [[cell[i][j] + end * rates[i][j] for j in range(3)] for i in range(3)]
        x = [x[i] + sum(moved[i][j] * flags[j] for j in range(3)) for i in range(3)]
        v = [v[i] + sum(rates[i][j] * flags[j] for j in range(3)) for i in range(3)]
        atoms.append([sum(rotation[i][j] * y[j] for j in range(3)) for y in (x, v) for i in range(3)])
    return atoms


def of_omd(directory):
    """The same of omd."""
    lines = (directory / "molecular.final.extxyz").read_text().splitlines()[2:]
    return [[float(x) for x in line.split()[1:]] for line in lines]


def both(exported, same, gradient, end):
    """Runs the input text `exported` by LAMMPS and `same`, which starts from lammps/start.extxyz, by omd: the differences."""
    for part in ("lammps", "omd"):
        shutil.rmtree(WORK / part, ignore_errors=True)
    (WORK / "exported.toml").write_text(exported)
    run([omd.binary("omd"), "export", "lammps", WORK / "exported.toml", "--out", WORK / "lammps", "--quiet"])
    (WORK / "same.toml").write_text(same)
    run([omd.binary("omd"), "run", WORK / "same.toml", "--out", WORK / "omd", "--quiet"])
    lammps.lmp("in.lammps", {}, log="log.export", cwd=WORK / "lammps")
    theirs, ours = table(WORK / "lammps" / "lammps.csv"), table(WORK / "omd" / "molecular.csv")
    if len(theirs["time"]) != len(ours["time"]):
        raise Failed(f"LAMMPS wrote {len(theirs['time'])} rows, not {len(ours['time'])}")

    def largest(names, per=1.0):
        return max(abs(a - b) / per for name in names for a, b in zip(theirs[name], ours[name]))

    final = [list(zip(a, b)) for a, b in zip(of_lammps(WORK / "lammps", gradient, end), of_omd(WORK / "omd"))]
    return {
        "potential energy per atom": largest(["potential_energy"], len(final)),
        "temperature": largest(["temperature"]),
        "pressure": largest([f"p{c}" for c in TENSOR] + [f"kinetic_p{c}" for c in TENSOR]),
        "positions": max(abs(a - b) for atom in final for a, b in atom[:3]),
        "velocities": max(abs(a - b) for atom in final for a, b in atom[3:]),
    }


def of_flow(gradient, fluid, dt, end, atoms):
    """Drawn atoms of a Lennard-Jones fluid under a flow."""
    density, temperature, _ = FLUIDS[fluid]
    same = {"gradient": gradient, "temperature": temperature, "end": end, "dt": dt, "interaction": LENNARD_JONES}
    drawn = INPUT.format(density=f"number-density = {density}, ", atoms=f'atoms = {atoms}, positions = "fcc"', **same)
    given = INPUT.format(density="", atoms='structure = "lammps/start.extxyz"', **same)
    return both(drawn, given, gradient, end)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--halvings", type=int, default=2, help="how often dt is halved (default 2)")
    parser.add_argument("--atoms", type=int, default=4000, help="4 k^3 of them (default 4000)")
    parser.add_argument("--end", type=float, default=0.5, help="last time (default 0.5; chaos amplifies rounding)")
    arguments = parser.parse_args()
    print(f"LAMMPS {lammps.install()}; omd {omd.revision()}; {arguments.atoms} atoms, t <= {arguments.end:g}\n")
    omd.build(("omd-cli", []))
    WORK.mkdir(parents=True, exist_ok=True)
    columns = ("potential energy per atom", "temperature", "pressure", "positions", "velocities")
    print("| A | fluid | dt | " + " | ".join(columns) + " |\n" + "| --- " * (len(columns) + 3) + "|")
    for name, gradient in FLOWS:
        for fluid, (_, _, largest) in FLUIDS.items():
            for halving in range(arguments.halvings + 1):
                dt = largest / 2**halving
                say(f"{name}, {fluid}: dt = {dt:g}")
                found = of_flow(gradient, fluid, dt, arguments.end, arguments.atoms)
                print(f"| {name} | {fluid} | {dt:g} | " + " | ".join(f"{found[c]:.0e}" for c in columns) + " |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        say(f"export.py: {failure}")
        sys.exit(1)
