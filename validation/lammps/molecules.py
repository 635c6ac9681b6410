#!/usr/bin/env python3
"""Two-atom molecules that `omd export lammps` writes, run by LAMMPS against omd: at rest and under flows, while dt is halved.

A liquid of nitrogen's shape (length 0.33 sigma, density and temperature of its two-centre Lennard-Jones model) with harmonic
and with Morse bonds, bonded pairs left alone by the potential (`special_bonds lj 0 1 1`); dumbbells whose bonded pairs feel the
potential too (`lj 1 1 1`). omd melts the lattice at rest; its end as a data file is what is exported; omd reads the file that
was written for LAMMPS, section Bonds and all. Prints the table of README.md. Needs what export.py needs.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

from export import INPUT, LENNARD_JONES, WORK, Failed, both, lammps, omd, run, say  # noqa: E402

STILL = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]
SHEAR = [[0, 0.5, 0], [0, 0, 0], [0, 0, 0]]
UPPER = [[0.2, 0.4, -0.3], [0, -0.15, 0.25], [0, 0, 0.1]]
FLOWS = (("at rest", STILL), ("simple shear", SHEAR), ("three eigenvalues with shears", UPPER))
HARMONIC = '[interaction.bonds]\nkind = "harmonic"\nlength = 0.33\nstiffness = 3000.0'
MORSE = '[interaction.bonds]\nkind = "morse"\nlength = 0.33\nepsilon = 300.0\nalpha = 2.2360679774997896'
DUMBBELLS = '[interaction.bonds]\nkind = "harmonic"\nlength = 1.1\nstiffness = 300.0\npair-force = "kept"'
# Name, the bonds, atoms a volume, temperature.
LIQUIDS = (
    ("harmonic", HARMONIC, 1.2428, 1.96),
    ("Morse", MORSE, 1.2428, 1.96),
    ("harmonic, pair force kept", DUMBBELLS, 0.3, 2.0),
)
ATOMS, STEPS, MELT, END = 1000, (0.002, 0.001), 4.0, 0.5
COLUMNS = ("potential energy per atom", "temperature", "pressure", "positions", "velocities")


def melted(interaction, density, temperature):
    """Molecules that have left their lattice, at rest, as a data file; its name."""
    text = INPUT.format(
        gradient=STILL, density=f"number-density = {density}, ", temperature=2 * temperature, end=MELT, dt=0.002,
        atoms=f'atoms = {ATOMS}, positions = "fcc"', interaction=interaction,
    )
    (WORK / "melted.toml").write_text(text)
    run([omd.binary("omd"), "run", WORK / "melted.toml", "--out", WORK / "melted", "--force", "--quiet"])
    edge = (ATOMS / density) ** (1 / 3)
    lines = ["two-atom molecules, ids from the last to the first", "", f"{ATOMS} atoms", f"{ATOMS // 2} bonds", "1 atom types"]
    lines += ["1 bond types", "", *(f"0 {edge!r} {x}lo {x}hi" for x in "xyz"), "", "Atoms # molecular", ""]
    rows = [line.split()[1:] for line in (WORK / "melted" / "molecular.final.extxyz").read_text().splitlines()[2:]]
    ids = range(ATOMS, 0, -1)
    lines += [f"{number} {k // 2 + 1} 1 {' '.join(row[:3])}" for k, (number, row) in enumerate(zip(ids, rows))]
    lines += ["", "Velocities", "", *(f"{number} {' '.join(row[3:])}" for number, row in zip(ids, rows)), "", "Bonds", ""]
    lines += [f"{k + 1} 1 {ids[2 * k + 1]} {ids[2 * k]}" for k in range(ATOMS // 2)]
    (WORK / "melted.data").write_text("\n".join(lines) + "\n")
    return "melted.data"


def main():
    print(f"LAMMPS {lammps.install()}; omd {omd.revision()}; {ATOMS} atoms, t <= {END:g}\n")
    omd.build(("omd-cli", []))
    WORK.mkdir(parents=True, exist_ok=True)
    print("| bonds | A | dt | " + " | ".join(COLUMNS) + " |\n" + "| --- " * (len(COLUMNS) + 3) + "|")
    for bonds, table, density, temperature in LIQUIDS:
        interaction = f"{LENNARD_JONES}\n{table}"
        say(f"{bonds}: melting")
        start = melted(interaction, density, temperature)
        for name, gradient in FLOWS:
            for dt in STEPS:
                say(f"{bonds}, {name}: dt = {dt:g}")
                same = {"gradient": gradient, "density": "", "temperature": temperature, "end": END, "dt": dt, "interaction": interaction}
                exported = INPUT.format(atoms=f'structure = "{start}"', **same)
                # The frame of these flows and this cell is not rotated, so the atoms of LAMMPS's file are those of the input.
                found = both(exported, INPUT.format(atoms='structure = "lammps/start.data"', **same), gradient, END)
                print(f"| {bonds} | {name} | {dt:g} | " + " | ".join(f"{found[c]:.0e}" for c in COLUMNS) + " |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        say(f"molecules.py: {failure}")
        sys.exit(1)
