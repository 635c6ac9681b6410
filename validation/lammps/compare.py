#!/usr/bin/env python3
"""LAMMPS and omd on the same atoms under the same flow, as the time step falls.

LAMMPS's `fix deform ... remap v` with `fix nve` is objective molecular dynamics for an upper triangular A, except that
forces see the box of the step before: first order in dt. omd has no lag: second order. Both must converge to one
answer, and without the lag (the atoms wait for the first step) both must be on one trajectory to rounding.

Prints the tables of README.md. Needs cargo, python3 with venv; LAMMPS is installed under bench/.work.
"""

import argparse
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "bench")]

from harness import lammps, omd  # noqa: E402
from harness.shell import Failed, say  # noqa: E402
from series import COMPONENTS, of_csv, of_lammps, of_omd  # noqa: E402

WORK = ROOT / "validation" / ".work" / "lammps"
FLUIDS = {"liquid": {"rho": 0.8442, "T": 1.44, "melt": 2000}, "gas": {"rho": 0.05, "T": 2.0, "melt": 4000}}
SHEAR = (0.0, 0.0, 0.0, 0.5, 0.0, 0.0)
# Name, fluid, A as xx yy zz xy xz yz, largest time step.
SERIES = (
    ("liquid, simple shear", "liquid", SHEAR, 0.002),
    ("liquid, upper triangular A", "liquid", (0.2, -0.15, 0.1, 0.4, -0.3, 0.25), 0.002),
    ("gas, upper triangular A", "gas", (0.2, -0.1, 0.1, 0.4, -0.3, 0.25), 0.004),
)
GROUPS = {
    "potential": ("potential",),
    "kinetic": ("kinetic",),
    "kinetic pressure": tuple(f"K{c}" for c in COMPONENTS),
    "pressure": tuple(f"P{c}" for c in COMPONENTS),
}
# What LAMMPS prints without its lag: the potential energy and the virial, both per atom.
STATIC = {"potential": ("potential",), "virial": tuple(f"V{c}" for c in COMPONENTS)}
SAMPLES = 5


def start(fluid, truncation):
    """An equilibrated start made by LAMMPS with the potential of the comparison."""
    path = WORK / f"{fluid}.data"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        say(f"making the {fluid}")
        lammps.lmp(HERE / "in.start", dict(FLUIDS[fluid], out=path), log="log.start")
    return path


def slope(values):
    """Order in dt between neighbours of a sequence of halved time steps."""
    return [math.log2(a / b) if a > 0 and b > 0 else math.nan for a, b in zip(values, values[1:])]


def table(title, steps, rows):
    """A Markdown table of errors by time step, with the orders between neighbours."""
    lines = [f"{title}", "", f"| | {' | '.join(f'dt = {dt:g}' for dt in steps)} | orders |", "| --- " * (len(steps) + 2) + "|"]
    for name, values in rows:
        orders = ", ".join(f"{value:.2f}" for value in slope(values))
        cells = [f"{value:.2e}" for value in values] + [""] * (len(steps) - len(values))
        lines.append(f"| {name} | {' | '.join(cells)} | {orders} |")
    return "\n".join(lines) + "\n"


def converge(name, fluid, flow, largest, halvings, end, truncation):
    """The tables of one series."""
    data, steps = start(fluid, truncation), [largest / 2**k for k in range(halvings + 1)]
    theirs, ours, without = [], [], []
    for dt in steps:
        say(f"{name}: dt = {dt:g}")
        theirs.append(of_lammps(data, flow, truncation, dt, end, SAMPLES))
        ours.append(of_omd(omd.binary("omd"), data, flow, truncation, dt, end, SAMPLES, WORK / "run"))
        without.append(of_lammps(data, flow, truncation, dt, end, SAMPLES, lag=False))
    print(f"### {name}\n\nA (xx yy zz xy xz yz) = {' '.join(f'{a:g}' for a in flow)}, t <= {end:g}\n")
    rows = [(what, [a.difference(b, names) for a, b in zip(theirs, ours)]) for what, names in GROUPS.items()]
    print(table("LAMMPS - omd at the same dt, largest over time and components:", steps, rows))
    rows = [(what, [a.difference(b, names) for a, b in zip(without, ours)]) for what, names in STATIC.items()]
    print(table("LAMMPS with the lag removed - omd at the same dt:", steps, rows))
    # Second order in dt: the limit of the two smallest steps.
    limit = ours[-1].combine([(4 / 3, ours[-1]), (-1 / 3, ours[-2])])
    rows = [(what, [a.difference(limit, names) for a in ours[:-1]]) for what, names in GROUPS.items()]
    print(table("omd - its own limit dt -> 0:", steps[:-1], rows))
    # First and second order removed from LAMMPS by three neighbouring steps; then it must meet omd's limit.
    free = [c.combine([(8 / 3, c), (-2, b), (1 / 3, a)]) for a, b, c in zip(theirs, theirs[1:], theirs[2:])]
    rows = [(what, [a.difference(limit, names) for a in free]) for what, names in GROUPS.items()]
    print(table("LAMMPS extrapolated (from dt, 2 dt, 4 dt) - the limit of omd:", steps[2:], rows))
    rows = [("LAMMPS", [a.balance for a in theirs]), ("omd", [a.balance for a in ours])]
    print(table("Work balance, largest residual per atom:", steps, rows))


def published(directory, end):
    """Against series kept elsewhere: FLUID4000.data (unpacked) and FLUID_TAG.csv in the layout of `of_csv`."""
    cases = (("liquid", "shear", SERIES[0]), ("liquid", "gen", SERIES[1]), ("gas", "gen", SERIES[2]))
    for fluid, tag, (name, _, flow, largest) in cases:
        data = directory / f"{fluid}4000.data"
        kept = of_csv(directory / f"{fluid}_{tag}.csv", 4000, end)
        shared = (flow, "shifted")
        steps = [largest / 2**k for k in range(4)]
        theirs, without, ours = [], [], []
        for dt in steps:
            say(f"{name}: {fluid}_{tag}.csv, dt = {dt:g}")
            points = (dt, kept.times[-1], len(kept.times) - 1)
            theirs.append(of_lammps(data, *shared, *points))
            without.append(of_lammps(data, *shared, *points, lag=False))
            ours.append(of_omd(omd.binary("omd"), data, *shared, *points, WORK / "run"))
        print(f"### {name}, kept series, t <= {kept.times[-1]:g}\n")
        rows = [(what, [theirs[0].difference(kept, names)]) for what, names in GROUPS.items()]
        print(table("LAMMPS here - the kept series, same dt:", steps[:1], rows))
        rows = [(what, [a.difference(b, names) for a, b in zip(theirs, ours)]) for what, names in GROUPS.items()]
        print(table("LAMMPS - omd at the same dt (the first column is the kept series):", steps, rows))
        rows = [(what, [a.difference(b, names) for a, b in zip(without, ours)]) for what, names in STATIC.items()]
        print(table("LAMMPS with the lag removed - omd at the same dt:", steps, rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--halvings", type=int, default=4, help="how often dt is halved (default 4, at least 2)")
    parser.add_argument("--end", type=float, default=0.5, help="last time (default 0.5; chaos amplifies every difference)")
    parser.add_argument("--kept", type=pathlib.Path, help="directory of kept series to compare with instead")
    arguments = parser.parse_args()
    print(f"LAMMPS {lammps.install()}; omd {omd.revision()}\n")
    omd.build(("omd-cli", []))
    if arguments.kept:
        published(arguments.kept, arguments.end)
    else:
        for name, fluid, flow, largest in SERIES:
            converge(name, fluid, flow, largest, max(2, arguments.halvings), arguments.end, "shifted-force")


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        say(f"compare.py: {failure}")
        sys.exit(1)
