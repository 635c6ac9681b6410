#!/usr/bin/env python3
"""Kills runs of every description at random moments, resumes them and compares every table with that of a run left alone.

    python3 validation/resume/kill.py [--omd target/release/omd] [--kills 20] [--seed 1] [case ...]

The signal is SIGKILL. Threads alternate between one and two. Needs nothing but python3.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = "run = { checkpoint-minutes = 0.002 }\n"
SHEAR = "flow = { velocity-gradient = [[0.1, 0.5, 0], [0, 0.05, 0.2], [0, 0, 0]] }\n"
REST = "flow = { velocity-gradient = [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }\n"
LENNARD_JONES = (
    'interaction = { kind = "lennard-jones", epsilon = 1, sigma = 1, cutoff = 2.5, truncation = "shifted-force" }\n'
)
SETFL = ROOT / "crates" / "io" / "tests" / "good" / "CuNi.eam.alloy"
# Name: input, without units and [run].
CASES = {
    "gas": SHEAR
    + LENNARD_JONES
    + """state = { number-density = 0.05, temperature = 2 }
time = { end = 20, samples = 40 }
molecular = { atoms = 2048, time-step = 0.004, time-step-control = "thermal", replicas = 2, trajectory = { every = 5, format = "lammps-dump" } }
dsmc = { particles = 200000, replicas = 4, entropy = "nearest-neighbour", moments = "all", histogram = { every = 10 } }
galerkin = { order = 8 }
navier-stokes = {}
euler = {}
""",
    "maxwell": SHEAR
    + """interaction = { kind = "maxwell", rate = 1 }
state = { number-density = 1, temperature = 1, preparation = "navier-stokes" }
scaling = { knudsen = 0.1 }
time = { end = 6, samples = 30 }
dsmc = { particles = 200000, replicas = 4 }
spectral = { modes = 24 }
moments = { order = 8 }
galerkin = { order = 8 }
navier-stokes = {}
euler = {}
""",
    "spheres": SHEAR
    + """interaction = { kind = "hard-sphere", diameter = 1 }
state = { number-density = 0.1, temperature = 1 }
time = { end = 40, samples = 40 }
molecular = { atoms = 20000, replicas = 2 }
spectral = { modes = 16 }
""",
    "cloud": SHEAR
    + """interaction = { kind = "gaussian", epsilon = 1, sigma = 1 }
state = { number-density = 1, temperature = 1 }
time = { end = 2, samples = 20 }
mean-field = { particles = 10000, width = 1, time-step = 0.05, tolerance = 1e-4, replicas = 2 }
free-flight = {}
""",
    "encounters": SHEAR
    + LENNARD_JONES
    + """state = { number-density = 0.001, temperature = 2 }
time = { end = 400, samples = 40 }
molecular = { atoms = 2048, engine = "encounters", lattice = "auto", replicas = 2 }
""",
    "molecules": SHEAR
    + """interaction = { kind = "lennard-jones", epsilon = 1, sigma = 1, cutoff = 2.5, bonds = { kind = "morse", length = 0.6, epsilon = 50, alpha = 3 } }
state = { number-density = 0.6, temperature = 1.5 }
time = { end = 6, samples = 30 }
molecular = { atoms = 1000, time-step = 0.002, replicas = 2, prepare = { equilibrate = 1 }, thermostat = { kind = "nose-hoover" } }
""",
    # Nearly all of its time is downhill, before t = 0.
    "prepared": SHEAR
    + LENNARD_JONES
    + """state = { number-density = 0.9, temperature = 1 }
time = { end = 0.4, samples = 20 }
molecular = { atoms = 4000, positions = "random", time-step = 0.002, replicas = 2, prepare = { relax = "positions", equilibrate = 0.2 } }
""",
    # Two elements of unlike masses.
    "alloy": SHEAR
    + f'interaction = {{ kind = "eam", parameters = "{SETFL}", elements = ["Cu", "Ni"] }}\n'
    + """state = { temperature = 600 }
time = { end = 4, samples = 40 }
[molecular]
time-step = 0.002
replicas = 2
trajectory = { every = 2, format = "lammps-dump" }
thermostat = { kind = "nose-hoover" }
prepare = { equilibrate = 0.5 }
build = { kind = "crystal", lattice = "l1_2", lattice-constant = 3.55, cells = [4, 4, 4], elements = ["Ni", "Cu"] }
""",
    # Pairs of two elements.
    "mixture": SHEAR
    + """state = { temperature = 1.5, masses = [1, 0.7] }
time = { end = 10, samples = 40 }
[interaction]
kind = "lennard-jones"
elements = ["A", "B"]
cutoff = 2.5
mixing = "lorentz-berthelot"
pairs = [{ elements = ["A", "A"], epsilon = 1, sigma = 1 }, { elements = ["B", "B"], epsilon = 0.5, sigma = 0.88 }]
[molecular]
time-step = 0.004
replicas = 2
trajectory = { every = 2, format = "lammps-dump" }
build = { kind = "crystal", lattice = "fcc", lattice-constant = 1.5, cells = [5, 5, 5], composition = { A = 4, B = 1 } }
""",
    "ring": REST
    + LENNARD_JONES
    + """state = { temperature = 0.1 }
time = { end = 200, samples = 50 }
molecular = { structure = "ring.extxyz", time-step = 0.0005, group = { kind = "cyclic", order = 12 }, trajectory = { every = 1, radius = 20, compression = "gzip" } }
""",
}
ATOMS = "4\nProperties=species:S:1:pos:R:3\nC 2.2 0 0\nC 2.2 0 1.1\nC 2.2 0 2.2\nO 3.2 0 1.2\n"


def results(folder):
    """Everything but what tells of wall time."""
    names = (path for path in folder.iterdir() if path.suffix not in {".json", ".omd", ".html"})
    return {path.name: path.read_bytes() for path in sorted(names)}


def start(omd, words, threads):
    return subprocess.Popen([omd, *words, "--quiet", "--threads", str(threads)])


def case(arguments, name, dice, folder):
    (folder / "ring.extxyz").write_text(ATOMS)
    source = folder / "input.toml"
    units = "metal" if name == "alloy" else "lj"
    source.write_text(f'units = "{units}"\n{RUN}{CASES[name]}')
    whole, broken = folder / "whole", folder / "broken"
    begun = time.monotonic()
    if start(arguments.omd, ["run", source, "--out", whole], 2).wait() != 0:
        sys.exit(f"{name}: the run that was left alone failed")
    alone = time.monotonic() - begun
    kills, words = 0, ["run", source, "--out", broken]
    while True:
        process = start(arguments.omd, words, 1 + kills % 2)
        while not (broken / "checkpoint.omd").exists() and process.poll() is None:
            time.sleep(0.005)
        if kills < arguments.kills:
            # Long enough that something is done, short enough that so many kills find it at work.
            deadline = time.monotonic() + dice.uniform(0.02, 2.0 * alone / arguments.kills)
            while time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.005)
        else:
            process.wait()
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
        words = ["resume", broken]
    if process.returncode != 0:
        sys.exit(f"{name}: it ended with {process.returncode} after {kills} kills")
    expected, found = results(whole), results(broken)
    differ = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    tables = ", ".join(expected)
    if kills < arguments.kills:
        print(f"{name}: it was over after {kills} kills", file=sys.stderr)
    verdict = "identical" if not differ else f"DIFFER: {', '.join(sorted(differ))}"
    print(f"| {name} | {tables} | {alone:.0f} | {kills} | {verdict} |", flush=True)
    return not differ and kills >= arguments.kills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--omd", default=ROOT / "target" / "release" / "omd", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    print("| case | files | s alone | kills | |\n|---|---|---|---|---|")
    good = []
    for name in arguments.cases or list(CASES):
        with tempfile.TemporaryDirectory() as folder:
            good.append(case(arguments, name, dice, pathlib.Path(folder)))
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
