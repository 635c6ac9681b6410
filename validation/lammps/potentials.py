#!/usr/bin/env python3
"""Every potential that `omd export lammps` writes, run by LAMMPS against omd: own styles, tables, parameter files, units.

    potentials.py                  # all of them
    potentials.py --compounds      # several elements alone, with LAMMPS's own files where they are
    potentials.py --mixtures       # pairs of several elements alone
    potentials.py --reference      # what LAMMPS finds for a few atoms, for crates/cli/tests/compounds

Differences are relative to the largest value of the run. The metals' files are made-up ones of omd's tests, the crystals are
turned, shaken, in a left-handed skewed basis of their lattice, and flow with three real eigenvalues. Prints the table of
README.md. Needs what export.py needs.
"""

import os
import pathlib
import random
import shutil
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import export  # noqa: E402
from export import INPUT, OBLIQUE, WORK, Failed, lammps, oblique, omd, say, transposed  # noqa: E402

OURS = (export.ROOT / "crates" / "io" / "tests" / "good", export.ROOT / "examples")
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
# Name, kind of crystal, lattice constant, cells along an edge, the interaction, the elements, its file.
EAM, TERSOFF, STILLINGER_WEBER = ('kind = "eam"', 'kind = "tersoff"', 'kind = "stillinger-weber"')
COMPOUNDS = (
    ("eam, setfl: Ni Cu", "fcc", 3.55, 4, EAM, ("Ni", "Cu"), "CuNi.eam.alloy"),
    ("eam, setfl of Finnis and Sinclair: Ni Cu", "fcc", 3.55, 4, EAM, ("Ni", "Cu"), "CuNi.eam.fs"),
    ("tersoff: Si C", "diamond", 4.32, 4, TERSOFF, ("Si", "C"), "SiC.tersoff"),
    ("stillinger-weber: Ga N", "diamond", 4.5, 4, STILLINGER_WEBER, ("Ga", "N"), "GaN.sw"),
)
# Name, numbers of [interaction], the pairs: elements and their numbers. Kob and Andersen's, and others.
KOB_ANDERSEN = (
    ("A", "A", "epsilon = 1.0, sigma = 1.0, cutoff = 2.5"),
    ("A", "B", "epsilon = 1.5, sigma = 0.8, cutoff = 2.0"),
    ("B", "B", "epsilon = 0.5, sigma = 0.88, cutoff = 2.2"),
)
LIKE = (("A", "A", "epsilon = 1.0, sigma = 1.0"), ("B", "B", "epsilon = 0.7, sigma = 0.6"))
MORSES = (
    ("A", "A", "epsilon = 1.0, alpha = 5.0, equilibrium-distance = 1.1"),
    ("B", "A", "epsilon = 1.5, alpha = 5.5, equilibrium-distance = 0.9"),
    ("B", "B", "epsilon = 0.5, alpha = 6.0, equilibrium-distance = 1.0, cutoff = 2.2"),
)
GAUSSIANS = (
    ("A", "A", "epsilon = 5.0, sigma = 0.6"),
    ("A", "B", "epsilon = 4.0, sigma = 0.5, cutoff = 2.0"),
    ("B", "B", "epsilon = 3.0, sigma = 0.7"),
)
MIXTURES = (
    ("lennard-jones, truncated: Kob-Andersen", 'kind = "lennard-jones"\ntruncation = "truncated"', KOB_ANDERSEN),
    ("lennard-jones, shifted: Kob-Andersen", 'kind = "lennard-jones"\ntruncation = "shifted"', KOB_ANDERSEN),
    ("lennard-jones, shifted-force: Kob-Andersen", 'kind = "lennard-jones"', KOB_ANDERSEN),
    ("lennard-jones, Lorentz-Berthelot", 'kind = "lennard-jones"\ncutoff = 2.5\nmixing = "lorentz-berthelot"', LIKE),
    ("wca, geometric", 'kind = "wca"\nmixing = "geometric"', LIKE),
    ("morse, shifted", 'kind = "morse"\ncutoff = 2.5\ntruncation = "shifted"', MORSES),
    ("gaussian (tables)", 'kind = "gaussian"\ncutoff = 2.5\ntruncation = "shifted"', GAUSSIANS),
)
# Files that LAMMPS comes with and this repository does not.
SHIPPED = (
    ("NiAlH_jea.eam.alloy: Al Ni", "fcc", 3.6, 4, EAM, ("Al", "Ni"), "NiAlH_jea.eam.alloy"),
    ("AlCu.eam.alloy: Cu Al", "fcc", 3.8, 4, EAM, ("Cu", "Al"), "AlCu.eam.alloy"),
    ("AlFe_mm.eam.fs: Fe Al", "fcc", 3.7, 4, EAM, ("Fe", "Al"), "AlFe_mm.eam.fs"),
    ("SiC.tersoff: C Si", "diamond", 4.32, 4, TERSOFF, ("C", "Si"), "SiC.tersoff"),
    ("GaN.tersoff: Ga N", "diamond", 4.5, 4, TERSOFF, ("Ga", "N"), "GaN.tersoff"),
    ("BNC.tersoff: B N C", "diamond", 3.6, 4, TERSOFF, ("B", "N", "C"), "BNC.tersoff"),
    ("GaN.sw: N Ga", "diamond", 4.5, 4, STILLINGER_WEBER, ("N", "Ga"), "GaN.sw"),
    ("CdTe.sw: Cd Te", "diamond", 6.5, 4, STILLINGER_WEBER, ("Cd", "Te"), "CdTe.sw"),
)
SHELF = pathlib.Path(os.environ.get("LAMMPS_POTENTIALS", "/usr/share/lammps/potentials"))
WEIGHTS = {
    "B": 10.81, "C": 12.011, "N": 14.007, "Al": 26.982, "Si": 28.085, "Fe": 55.845, "Ni": 58.693, "Cu": 63.546, "Ga": 69.723,
    "Cd": 112.41, "Te": 127.60,
}  # fmt: skip
REFERENCE = export.ROOT / "crates" / "cli" / "tests" / "compounds"
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


def structure(places, edges, masses, gradient, labels=None):
    """Extended XYZ in metal units at about 300 K, with the velocity of the flow; `masses` of all atoms, or one."""
    masses, labels = masses if labels else [masses] * len(places), labels or ["X"] * len(places)
    lines = [str(len(places)), f'Lattice="{" ".join(repr(x) for edge in edges for x in edge)}" Properties=species:S:1:pos:R:3:velo:R:3']
    for place, mass, label in zip(places, masses, labels):
        speed = (0.83144626 * 300 / mass) ** 0.5
        velocity = [random.gauss(0, speed) + sum(a * x for a, x in zip(row, place)) for row in gradient]
        lines.append(f"{label} " + " ".join(repr(x) for x in (*place, *velocity)))
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


def occupied(kind, elements, count):
    """Elements on the places of a crystal: any on any of fcc; those of zincblende, but for one place in ten."""
    on = lambda site: elements[site % 8 >= 4] if kind == "diamond" and random.random() > 0.1 else random.choice(elements)  # noqa: E731
    return [on(site) for site in range(count)]


def fetch(shelves, file):
    """Lays a file of parameters beside the inputs, from the first of the folders that has it."""
    shutil.copy(next((shelf / file for shelf in shelves if (shelf / file).exists()), shelves[0] / file), WORK / file)


def compounds(gradient, shelves, rows):
    """Rows of the table for crystals of several elements."""
    for name, kind, constant, cells, interaction, elements, file in rows:
        say(name)
        places, edges = crystal(kind, constant, cells)
        labels = occupied(kind, elements, len(places))
        masses = [WEIGHTS[label] for label in labels]
        (WORK / "crystal.extxyz").write_text(structure(places, edges, masses, gradient, labels))
        fetch(shelves, file)
        text = INPUT.replace('units = "lj"', 'units = "metal"').replace("temperature = {temperature!r}", "temperature = 300")
        text = text.format(
            gradient=gradient, density="", end=0.1, dt=0.0005, atoms='structure = "crystal.extxyz"',
            interaction=f'{interaction}\nparameters = "{file}"\nelements = {list(elements)}',
        )
        report(name, export.both(text, text, gradient, 0.1))


def mixtures(gradient):
    """Rows of the table for pairs of two elements: 256 atoms that are shaken, four of A on one of B, 200 steps."""
    for name, numbers, pairs in MIXTURES:
        say(name)
        places, edges = crystal("fcc", 1.4938, 4)
        labels = [random.choice("AAAAB") for _ in places]
        masses = [{"A": 1.0, "B": 0.6}[label] for label in labels]
        # Its velocities are those of metal units at 300 K.
        (WORK / "crystal.extxyz").write_text(structure(places, edges, [mass * 249.4 for mass in masses], gradient, labels))
        listed = ", ".join(f'{{ elements = ["{a}", "{b}"], {rest} }}' for a, b, rest in pairs)
        text = INPUT.replace("temperature = {temperature!r}", "temperature = 1.0, masses = [1.0, 0.6]").format(
            gradient=gradient, density="", end=0.4, dt=0.002, atoms='structure = "crystal.extxyz"',
            interaction=f'{numbers}\nelements = ["A", "B"]\npairs = [{listed}]',
        )
        report(name, export.both(text, text, gradient, 0.4))


STATIC = """units metal
atom_style atomic
box tilt large
read_data atoms.data
pair_style {style}
pair_coeff * * {file} {elements}
compute V all pressure NULL virial
thermo_style custom pe c_V[1] c_V[2] c_V[3] c_V[4] c_V[5] c_V[6]
thermo_modify format float %.17g norm no
run 0
print "found $(pe:%.17g) $(c_V[1]:%.17g) $(c_V[2]:%.17g) $(c_V[3]:%.17g) $(c_V[4]:%.17g) $(c_V[5]:%.17g) $(c_V[6]:%.17g)" file found
write_dump all custom atoms.dump id type x y z fx fy fz modify sort id format float %.17g
"""


def reference():
    """Energy, virial and forces of a few atoms in a cell smaller than the cutoffs, one file for each of COMPOUNDS."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    styles = {EAM: ("eam/alloy", "eam/fs"), TERSOFF: ("tersoff",) * 2, STILLINGER_WEBER: ("sw",) * 2}
    for _, kind, constant, _, interaction, elements, file in COMPOUNDS:
        random.seed(3)
        fcc = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
        basis = fcc + [tuple(x + 0.25 for x in place) for place in fcc] if kind == "diamond" else fcc
        places = [[constant * x + random.gauss(0, 0.08) for x in (i + a, b, c)] for i in (0, 1) for a, b, c in basis]
        labels = occupied(kind, elements, len(places))
        edges = (2.0 * constant, 1.02 * constant, 0.97 * constant)
        lines = ["made by potentials.py", "", f"{len(places)} atoms", f"{len(elements)} atom types", ""]
        lines += [f"0 {edge!r} {axis}lo {axis}hi" for axis, edge in zip("xyz", edges)] + ["0.3 -0.2 0.4 xy xz yz", "", "Masses", ""]
        lines += [f"{k + 1} {WEIGHTS[name]}" for k, name in enumerate(elements)] + ["", "Atoms # atomic", ""]
        lines += [f"{k + 1} {elements.index(label) + 1} " + " ".join(map(repr, x)) for k, (x, label) in enumerate(zip(places, labels))]
        (WORK / "atoms.data").write_text("\n".join(lines) + "\n")
        fetch(OURS, file)
        style = styles[interaction][file.endswith(".fs")]
        (WORK / "in.static").write_text(STATIC.format(style=style, file=file, elements=" ".join(elements)))
        lammps.lmp("in.static", {}, log="log.static", suffix=False, cwd=WORK)
        (REFERENCE / f"{file}.data").write_text("\n".join(lines) + "\n")
        forces = [line.split()[5:] for line in (WORK / "atoms.dump").read_text().splitlines()[9:]]
        found = (WORK / "found").read_text().split()[1:]
        rows = [" ".join(found)] + [" ".join(force) for force in forces]
        (REFERENCE / f"{file}.lammps").write_text("\n".join(rows) + "\n")
        say(f"{file}: {found[0]} eV")


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    if "--reference" in sys.argv:
        say(f"LAMMPS {lammps.install()}")
        reference()
        return
    print(f"LAMMPS {lammps.install()}; omd {omd.revision()}\n")
    omd.build(("omd-cli", []))
    WORK.mkdir(parents=True, exist_ok=True)
    print("| potential | potential energy | temperature | pressure |\n| --- | --- | --- | --- |")
    gradient = oblique([[x / 2 for x in row] for row in UPPER])
    if "--compounds" in sys.argv:
        compounds(gradient, OURS, COMPOUNDS)
        compounds(gradient, [SHELF], SHIPPED if SHELF.is_dir() else ())
        return
    if "--mixtures" in sys.argv:
        mixtures(gradient)
        return
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
    for name, kind, constant, cells, mass, interaction, file in CRYSTALS:
        say(name)
        places, edges = crystal(kind, constant, cells)
        (WORK / "crystal.extxyz").write_text(structure(places, edges, mass, gradient))
        fetch(OURS, file)
        text = INPUT.replace('units = "lj"', 'units = "metal"').replace("temperature = {temperature!r}", f"temperature = 300, mass = {mass}")
        text = text.format(
            gradient=gradient, density="", end=0.2, dt=0.001, atoms='structure = "crystal.extxyz"',
            interaction=f'{interaction}\nparameters = "{file}"',
        )
        report(name, export.both(text, text, gradient, 0.2))
    compounds(gradient, OURS, COMPOUNDS)
    mixtures(gradient)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        say(f"potentials.py: {failure}")
        sys.exit(1)
