#!/usr/bin/env python3
"""Models of the KIM API moved by omd and by LAMMPS's `pair_style kim`: one trajectory?

Crystals, shaken, under a flow with three real eigenvalues: `omd export lammps` writes the experiment, LAMMPS runs it, and
omd runs the same atoms. Prints the table of README.md: the largest differences at all samples, relative to the largest
value of the run.

Needs cargo, the KIM API and its models (Debian: libkim-api-dev, openkim-models) and a LAMMPS with its package KIM (Debian:
lammps, its program `lmp` on the path).
"""

import csv
import pathlib
import random
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "validation" / ".work" / "kim"
# Model, element, crystal, lattice constant, cells along an edge, mass.
CASES = (
    ("SW_StillingerWeber_1985_Si__MO_405512056662_005", "Si", "diamond", 5.43, 3, 28.085),
    ("Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003", "C", "diamond", 3.57, 3, 12.011),
    ("EDIP_JustoBazantKaxiras_1998_Si__MO_958932894036_002", "Si", "diamond", 5.43, 3, 28.085),
    ("EAM_Dynamo_MishinFarkasMehl_1999_Ni__MO_400591584784_005", "Ni", "fcc", 3.52, 4, 58.693),
    ("EMT_Asap_Standard_JacobsenStoltzeNorskov_1996_Cu__MO_396616545191_001", "Cu", "fcc", 3.58, 4, 63.546),
    ("LJ_Shifted_Bernardes_1958LowCutoff_Ar__MO_720819638419_004", "Ar", "fcc", 5.3, 4, 39.948),
    ("ex_model_Ar_SLJ_MultiCutoff", "Ar", "fcc", 4.4, 4, 39.948),
)
INPUT = """units = "metal"
flow = {{ velocity-gradient = [[0.2, 0.4, -0.3], [0, -0.15, 0.25], [0, 0, 0.1]] }}
state = {{ temperature = 300, mass = {mass} }}
time = {{ end = 0.5, samples = 5 }}
molecular = {{ structure = "{structure}", time-step = 0.001 }}
interaction = {{ kind = "kim", model = "{model}", element = "{element}" }}
"""
TENSOR = ("pxx", "pyy", "pzz", "pxy", "pxz", "pyz")


def crystal(kind, constant, cells, element):
    """Shaken places, as extended XYZ without velocities."""
    random.seed(1)
    fcc = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    basis = fcc + [tuple(x + 0.25 for x in place) for place in fcc] if kind == "diamond" else fcc
    corners = [(i, j, k) for i in range(cells) for j in range(cells) for k in range(cells)]
    places = [[constant * (c + b) + random.gauss(0, 0.05) for c, b in zip(corner, b)] for corner in corners for b in basis]
    edge = constant * cells
    lattice = " ".join(str(edge * (i == j)) for i in range(3) for j in range(3))
    head = f'{len(places)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3\n'
    return head + "".join(f"{element} {x!r} {y!r} {z!r}\n" for x, y, z in places)


def table(path):
    """The columns of a CSV."""
    with open(path, newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def largest(theirs, ours, names):
    """The largest difference over the largest value."""
    scale = max(abs(x) for name in names for x in ours[name])
    return max(abs(a - b) for name in names for a, b in zip(theirs[name], ours[name], strict=True)) / scale


def main():
    omd = ["cargo", "run", "--quiet", "--release", "--features", "kim", "--"]
    WORK.mkdir(parents=True, exist_ok=True)
    run = lambda command, where=ROOT: subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL)  # noqa: E731
    print("| model | potential energy | temperature | pressure |\n| --- | --- | --- | --- |")
    for model, element, kind, constant, cells, mass in CASES:
        for part in ("lammps", "omd"):
            shutil.rmtree(WORK / part, ignore_errors=True)
        (WORK / "crystal.extxyz").write_text(crystal(kind, constant, cells, element))
        for name, structure in (("exported", "crystal.extxyz"), ("same", "lammps/start.extxyz")):
            (WORK / f"{name}.toml").write_text(INPUT.format(mass=mass, structure=structure, model=model, element=element))
        run([*omd, "export", "lammps", WORK / "exported.toml", "--out", WORK / "lammps", "--quiet"])
        run([*omd, "run", WORK / "same.toml", "--out", WORK / "omd", "--quiet"])
        run(["lmp", "-in", "in.lammps"], WORK / "lammps")
        theirs, ours = table(WORK / "lammps" / "lammps.csv"), table(WORK / "omd" / "molecular.csv")
        found = [largest(theirs, ours, names) for names in (["potential_energy"], ["temperature"], TENSOR)]
        print(f"| {model}, {element} | " + " | ".join(f"{x:.0e}" for x in found) + " |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"compare.py: {failure}", file=sys.stderr)
        sys.exit(1)
