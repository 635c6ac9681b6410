#!/usr/bin/env python3
"""Models of the KIM API moved by omd and by LAMMPS's `pair_style kim`: one trajectory?

    validation/kim/compare.py            # against LAMMPS
    validation/kim/compare.py tables     # embedded atoms of the KIM API against our own of the same published table

Crystals, shaken, under a flow with three real eigenvalues: `omd export lammps` writes the experiment, LAMMPS runs it, and
omd runs the same atoms; of several elements for 200 steps, with one place in ten of zincblende and every place of fcc taken by
any of them. Prints the table of README.md: the largest differences at all samples, relative to the largest value of the run.

With `tables`, the table of those: shaken crystals at rest, their energy, their pressure, and the forces from the velocities after
one step; differences over the largest value.

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
# Model, elements, crystal, lattice constant, cells along an edge.
COMPOUNDS = (
    ("EAM_Dynamo_Mishin_2004_NiAl__MO_101214310689_005", ("Ni", "Al"), "fcc", 3.6, 4),
    ("SW_BereSerra_2006_GaN__MO_861114678890_000", ("Ga", "N"), "diamond", 4.5, 3),
    ("Tersoff_LAMMPS_ErhartAlbe_2005_SiC__MO_903987585848_004", ("Si", "C"), "diamond", 4.36, 3),
    ("MEAM_LAMMPS_Wagner_2007_SiC__MO_430846853065_000", ("Si", "C"), "diamond", 4.36, 3),
)
DYNAMO = pathlib.Path("/usr/share/lammps/potentials")
# File of LAMMPS's, model after its `EAM_Dynamo_`, element.
TABLES = (
    ("NiAlH_jea.eam.alloy", "AngeloMoodyBaskes_1995_NiAlH__MO_418978237058_005", "Ni"),
    ("NiAlH_jea.eam.alloy", "AngeloMoodyBaskes_1995_NiAlH__MO_418978237058_005", "Al"),
    ("Al_zhou.eam.alloy", "ZhouWadleyJohnson_2001_Al__MO_049243498555_000", "Al"),
    ("Cu_zhou.eam.alloy", "ZhouWadleyJohnson_2001_Cu__MO_380822813353_000", "Cu"),
    ("W_zhou.eam.alloy", "ZhouWadleyJohnson_2001_W__MO_621445647666_000", "W"),
    ("CuTa.eam.alloy", "ZhouJohnsonWadley_2004_CuTa__MO_547744193826_000", "Ta"),
    ("Al_mm.eam.fs", "MendelevKramerBecker_2008_Al__MO_106969701023_005", "Al"),
    ("Fe_mm.eam.fs", "MendelevHanSrolovitz_2003_Fe__MO_807997826449_000", "Fe"),
    ("Cu_u3.eam", "FoilesBaskesDaw_1986Universal3_Cu__MO_666348409573_004", "Cu"),
    ("Ag_u3.eam", "FoilesBaskesDaw_1986Universal3_Ag__MO_626948998302_000", "Ag"),
    ("Cu_u6.eam", "AdamsFoilesWolfer_1989Universal6_Cu__MO_145873824897_000", "Cu"),
    ("Cu_mishin1.eam.alloy", "MishinMehlPapaconstantopoulos_2001_Cu__MO_346334655118_005", "Cu"),
    ("Cu_smf7.eam", "Foiles_1985_Cu__MO_831121933939_000", "Cu"),
)
# Crystal, lattice constant, cells along an edge, mass.
METALS = {
    "Ni": ("fcc", 3.52, 4, 58.69),
    "Al": ("fcc", 4.05, 4, 26.982),
    "Cu": ("fcc", 3.615, 4, 63.546),
    "W": ("bcc", 3.165, 5, 183.84),
    "Ta": ("bcc", 3.303, 5, 180.95),
    "Fe": ("bcc", 2.855, 5, 55.845),
    "Ag": ("fcc", 4.09, 4, 107.87),
}
AT_REST = """units = "metal"
flow = {{ velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }}
state = {{ temperature = 1, mass = {mass} }}
time = {{ end = 0.001, samples = 1 }}
molecular = {{ structure = "crystal.extxyz", time-step = 0.001 }}
interaction = {{ {interaction} }}
"""
INPUT = """units = "metal"
flow = {{ velocity-gradient = [[0.2, 0.4, -0.3], [0, -0.15, 0.25], [0, 0, 0.1]] }}
state = {{ temperature = 300{mass} }}
time = {{ end = {end}, samples = 5 }}
molecular = {{ structure = "{structure}", time-step = 0.001 }}
interaction = {{ kind = "kim", model = "{model}", {elements} }}
"""
TENSOR = ("pxx", "pyy", "pzz", "pxy", "pxz", "pyz")


def crystal(kind, constant, cells, elements):
    """Shaken places, as extended XYZ without velocities."""
    random.seed(1)
    fcc = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    basis = {
        "fcc": fcc,
        "bcc": [(0, 0, 0), (0.5, 0.5, 0.5)],
        "diamond": fcc + [tuple(x + 0.25 for x in place) for place in fcc],
    }[kind]
    corners = [(i, j, k) for i in range(cells) for j in range(cells) for k in range(cells)]
    places = [[constant * (c + b) + random.gauss(0, 0.05) for c, b in zip(corner, b)] for corner in corners for b in basis]
    edge = constant * cells
    lattice = " ".join(str(edge * (i == j)) for i in range(3) for j in range(3))
    head = f'{len(places)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3\n'
    sites = range(len(places))
    if len(elements) == 1:
        labels = [elements[0] for _ in sites]
    else:
        ordered = kind == "diamond"
        labels = [
            elements[site % 8 >= 4] if ordered and random.random() > 0.1 else random.choice(elements) for site in sites
        ]
    return head + "".join(f"{label} {x!r} {y!r} {z!r}\n" for label, (x, y, z) in zip(labels, places))


def table(path):
    """The columns of a CSV."""
    with open(path, newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def largest(theirs, ours, names):
    """The largest difference over the largest value."""
    scale = max(abs(x) for name in names for x in ours[name])
    return max(abs(a - b) for name in names for a, b in zip(theirs[name], ours[name], strict=True)) / scale


OMD = ["cargo", "run", "--quiet", "--release", "--features", "kim", "--"]


def run(command, where=ROOT):
    subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL)


def at_rest(text):
    """crystal(), its atoms at rest."""
    count, head, *atoms = text.splitlines()
    return "\n".join([count, f"{head}:velo:R:3", *(f"{atom} 0 0 0" for atom in atoms)]) + "\n"


def velocities(path):
    """All components of an extended XYZ file's velocities."""
    with open(path) as lines:
        atoms = [line.split() for line in lines][2:]
    return [float(x) for atom in atoms for x in atom[-3:]]


def tables():
    """Embedded atoms from a file against the KIM model of that publication."""
    print("| table, model, element | potential energy | pressure | forces |\n| --- | --- | --- | --- |")
    for file, publication, element in TABLES:
        model, (kind, constant, cells, mass) = f"EAM_Dynamo_{publication}", METALS[element]
        (WORK / "crystal.extxyz").write_text(at_rest(crystal(kind, constant, cells, [element])))
        chosen = f', element = "{element}"' if ".eam." in file else ""
        found = []
        for interaction in (
            f'kind = "kim", model = "{model}", element = "{element}"',
            f'kind = "eam", parameters = "{DYNAMO / file}"{chosen}',
        ):
            (WORK / "table.toml").write_text(AT_REST.format(mass=mass, interaction=interaction))
            shutil.rmtree(WORK / "omd", ignore_errors=True)
            run([*OMD, "run", WORK / "table.toml", "--out", WORK / "omd", "--quiet"])
            found.append(table(WORK / "omd" / "molecular.csv"))
            found[-1]["velocity"] = velocities(WORK / "omd" / "molecular.final.extxyz")
        apart = [largest(*found, names) for names in (["potential_energy"], TENSOR, ["velocity"])]
        print(f"| `{file}`, {model}, {element} | " + " | ".join(f"{x:.0e}" for x in apart) + " |", flush=True)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:] == ["tables"]:
        tables()
        return
    print("| model | potential energy | temperature | pressure |\n| --- | --- | --- | --- |")
    cases = [(model, [element], *of, f", mass = {mass}", 0.5) for model, element, *of, mass in CASES]
    cases += [(*compound, "", 0.2) for compound in COMPOUNDS]
    for model, elements, kind, constant, cells, mass, end in cases:
        for part in ("lammps", "omd"):
            shutil.rmtree(WORK / part, ignore_errors=True)
        (WORK / "crystal.extxyz").write_text(crystal(kind, constant, cells, elements))
        for name, structure in (("exported", "crystal.extxyz"), ("same", "lammps/start.extxyz")):
            chosen = f'element = "{elements[0]}"' if len(elements) == 1 else f"elements = {list(elements)}"
            text = INPUT.format(mass=mass, end=end, structure=structure, model=model, elements=chosen)
            (WORK / f"{name}.toml").write_text(text)
        run([*OMD, "export", "lammps", WORK / "exported.toml", "--out", WORK / "lammps", "--quiet"])
        run([*OMD, "run", WORK / "same.toml", "--out", WORK / "omd", "--quiet"])
        run(["lmp", "-in", "in.lammps"], WORK / "lammps")
        theirs, ours = table(WORK / "lammps" / "lammps.csv"), table(WORK / "omd" / "molecular.csv")
        found = [largest(theirs, ours, names) for names in (["potential_energy"], ["temperature"], TENSOR)]
        print(f"| {model}, {' '.join(elements)} | " + " | ".join(f"{x:.0e}" for x in found) + " |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"compare.py: {failure}", file=sys.stderr)
        sys.exit(1)
