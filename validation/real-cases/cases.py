#!/usr/bin/env python3
"""Runs the examples of real materials, prints their numbers beside the literature and draws docs/images/real-cases.png, and
docs/images/copper-yield.png of the case of that name.

    python3 validation/real-cases/cases.py [--omd target/release/omd] [--kept DIR]
        [copper | triple-point | argon | nanotube | nitrogen | copper-yield ...]

Needs numpy, scipy and matplotlib. A run that is in DIR already is not made again. All of them take 12 minutes on one core.
"""

import argparse
import json
import pathlib
import re
import subprocess

import common_neighbours
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GIGAPASCAL = 1e4  # bar
SIGMA, EPSILON = 3.405, 119.8  # argon, angstrom and kelvin
SHEARS = {2.0: 50, 1.0: 60, 0.5: 100, 0.25: 160, 0.1: 400, 0.05: 600}  # rate: end


def run(arguments, name, text, folder):
    """The table of the run of an input of this text, beside the files it reads."""
    out = arguments.kept / name
    manifest, kept = out / "manifest.json", out / ".input.toml"
    is_done = manifest.exists() and json.loads(manifest.read_text()).get("stopped") == "complete"
    if not (is_done and kept.exists() and kept.read_text() == text):
        source = folder / f".{name}.toml"
        source.write_text(text)
        try:
            subprocess.run([arguments.omd, "run", source, "--out", out, "--force"], check=True)
        finally:
            source.unlink()
        kept.write_text(text)
    read = lambda table: np.genfromtxt(table, delimiter=",", names=True)
    return {table.stem: read(table) for table in out.glob("*.csv")}


def example(name):
    return (ROOT / "examples" / f"{name}.toml").read_text()


def blocks(values, count=20):
    """Mean, and its standard error from means of blocks."""
    means = values[: len(values) // count * count].reshape(count, -1).mean(axis=1)
    return values.mean(), means.std(ddof=1) / np.sqrt(count)


def copper(arguments, axis):
    table = run(arguments, "copper", example("copper-compression"), ROOT / "examples")["molecular"]
    strain = 0.01 * table["time"]
    across = 0.5 * (table["pyy"] + table["pzz"])
    difference = (table["pxx"] - across) / GIGAPASCAL
    start = strain <= 0.015
    # Pressure against strain to second order: the slope at zero is the elastic constant at 300 K.
    slope = lambda values: np.polyfit(strain[start], values[start] / GIGAPASCAL, 2)[1]
    print(f"copper: C11 = {slope(table['pxx']):.0f} GPa, C12 = {slope(across):.0f} GPa")
    softest = strain < 0.16
    peak = np.argmax(np.where(softest, difference, -np.inf))
    print(f"copper: largest Pxx - Pyy before yield {difference[peak]:.2f} GPa at strain {strain[peak]:.3f}")
    # Heat that is not made by elastic compression: the largest rise of the temperature over a hundredth of strain.
    width = round(0.01 / (strain[1] - strain[0]))
    rise = table["temperature"][width:] - table["temperature"][:-width]
    first = np.argmax(rise > 3.0 * np.median(rise))
    print(
        f"copper: the temperature first rises by {rise[first]:.0f} K per hundredth (median {np.median(rise):.0f} K) from strain "
        f"{strain[first]:.3f} on, at Pxx = {table['pxx'][first] / GIGAPASCAL:.0f} GPa"
    )
    axis.plot(strain, difference, label="$P_{xx}-P_{yy}$, GPa")
    axis.plot(strain, (table["temperature"] - 300) / 50, label="$(T-300\\,K)/50\\,K$")
    axis.set(title="Copper, [001], $10^{10}$/s", xlabel="strain")
    axis.legend()


SLIP, NORMAL = np.array([1, 1, -2]) / 6**0.5, np.array([1, 1, 1]) / 3**0.5  # of copper-yield
COLOURS = {common_neighbours.HCP: "tab:red", common_neighbours.BCC: "tab:blue", common_neighbours.OTHER: "black"}


def shear_stress(table):
    """-b.P n in GPa."""
    component = lambda i, j: table["p" + "".join(sorted("xyz"[i] + "xyz"[j]))]
    return -sum(SLIP[i] * NORMAL[j] * component(i, j) for i in range(3) for j in range(3)) / GIGAPASCAL


def copper_yield(arguments, figure):
    table = run(arguments, "copper-yield", example("copper-yield"), ROOT / "examples")["molecular"]
    strain, stress, temperature = 0.01 * table["time"], shear_stress(table), table["temperature"]
    peak = np.argmax(stress)
    small = strain <= 0.02
    # To second order: one sense of shear on {111} is softer than the other.
    modulus = np.polyfit(strain[small], stress[small], 2)[1]
    lowest = peak + np.argmin(stress[peak : peak + 40])
    print(f"copper-yield: shear modulus {modulus:.1f} GPa")
    print(f"copper-yield: largest shear stress {stress[peak]:.2f} GPa at strain {strain[peak]:.3f}, {temperature[peak]:.0f} K")
    print(f"copper-yield: {stress[lowest]:.2f} GPa at strain {strain[lowest]:.3f}, {temperature[lowest]:.0f} K")
    rows, shown = [], {}
    for step, cell, positions in common_neighbours.frames(arguments.kept / "copper-yield" / "molecular.trajectory.lammpsdump"):
        kinds = common_neighbours.structure(cell, positions)
        rows.append((strain[step], *np.bincount(kinds, minlength=4) / len(kinds)))
        shown[step] = (cell, positions, kinds)
        fractions = ", ".join(f"{name} {x:.3f}" for name, x in zip(common_neighbours.NAMES, rows[-1][1:]))
        print(f"copper-yield: strain {rows[-1][0]:.3f}, stress {stress[step]:.2f} GPa, {temperature[step]:.0f} K: {fractions}")
    rows = np.array(rows)
    curves, *slices = figure.subplots(1, 3, width_ratios=(1.3, 1, 1))
    curves.plot(strain, stress, label="shear stress, GPa")
    curves.plot(strain, (temperature - 300) / 50, label="$(T-300\\,K)/50\\,K$")
    curves.plot(rows[:, 0], 10 * rows[:, 1 + common_neighbours.HCP], "o-", ms=3, color="tab:red", label="hexagonal atoms, tenths")
    curves.set(title="Copper, (111)$[11\\bar{2}]$, $10^{10}$/s", xlabel="strain", ylim=(-0.2, 4.4))
    curves.legend(loc="upper left")
    hexagonal = rows[:, 1 + common_neighbours.HCP]
    first = np.argmax(hexagonal > 0.05)
    for axis, step in zip(slices, (list(shown)[first], list(shown)[-1])):
        slice_of(axis, *shown[step])
        axis.set(title=f"strain {strain[step]:.3f}", xlabel="along $[11\\bar{2}]$, angstrom", ylabel="along [111], angstrom")


def slice_of(axis, cell, positions, kinds):
    """Atoms within 10 angstrom of a plane across the middle that holds the slip and its normal; the perfect crystal grey."""
    across = np.cross(NORMAL, SLIP)
    folded = (positions @ np.linalg.inv(cell) % 1.0) @ cell
    near = np.abs((folded - folded.mean(axis=0)) @ across) < 10
    for kind, colour in ((common_neighbours.FCC, "lightgrey"), *COLOURS.items()):
        of_kind = folded[near & (kinds == kind)]
        axis.scatter(of_kind @ SLIP, of_kind @ NORMAL, s=1.5, color=colour, linewidths=0)
    axis.set_aspect("equal")


def triple_point(arguments, axis):
    rows = []
    for rate, end in SHEARS.items():
        text = example("triple-point-shear")
        text = re.sub(r"\[\[0, 0\.5, 0\]", f"[[0, {rate}, 0]", text)
        text = re.sub(r"(?m)^end = 100$", f"end = {end}", text)
        table = run(arguments, f"triple-point-{rate}", text, ROOT / "examples")["molecular"]
        # The start is forgotten within a few units of time and of strain.
        steady = table["time"] > max(10.0, 10.0 / rate**0.5)
        viscosity = blocks(-table["pxy"][steady] / rate)
        pressure = blocks((table["pxx"] + table["pyy"] + table["pzz"])[steady] / 3)
        rows.append((rate, *viscosity))
        print(
            f"triple point: K = {rate}: viscosity {viscosity[0]:.3f}({viscosity[1]:.3f}), pressure "
            f"{pressure[0]:.3f}({pressure[1]:.3f})"
        )
    rows = np.array(rows)
    axis.errorbar(rows[:, 0], rows[:, 1], rows[:, 2], fmt="o-", label="omd")
    axis.axhspan(3.2, 3.35, alpha=0.3, label="zero shear, literature")
    axis.set(title="Lennard-Jones at the triple point", xlabel="shear rate", ylabel="viscosity", xscale="log")
    axis.legend()


def clusters(structure, reach):
    """Sizes of the clusters of atoms of a cubic cell that are nearer than `reach` to one another, largest first."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    lines = structure.read_text().splitlines()
    count = int(lines[0])
    edge = float(re.search(r'Lattice="([^ ]+)', lines[1]).group(1))
    positions = np.array([[float(x) for x in line.split()[1:4]] for line in lines[2 : 2 + count]]) % edge
    pairs = cKDTree(positions, boxsize=edge).query_pairs(reach, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.sort(np.bincount(connected_components(graph, directed=False)[1]))[::-1]


def argon(arguments, axis):
    tables = run(arguments, "argon", example("argon-condensation"), ROOT / "examples")
    table, ideal = tables["molecular"], tables["euler"]
    density = table["density"] * SIGMA**3
    bound = table["potential_energy"] / 8000 / 0.010323
    # Saturated vapour of Lennard-Jones [LotfiVrabecFischer1992, recalled]: ln p = 1.2629 T - 4.8095/T - 0.15115/T^4.
    reduced = table["temperature"] / EPSILON
    saturated = np.exp(1.2629 * reduced - 4.8095 / reduced - 0.15115 / reduced**4)
    ratio = density * reduced / saturated
    for k in range(0, len(density), 30):
        print(
            f"argon: n sigma^3 = {density[k]:.4f}, T = {table['temperature'][k]:.1f} K, ideal gas {ideal['temperature'][k]:.1f} K, "
            f"energy {bound[k]:+.3f} epsilon an atom, n k T over the saturation pressure {ratio[k]:.2f}"
        )
    drops = clusters(arguments.kept / "argon" / "molecular.final.extxyz", 1.5 * SIGMA)
    print(
        f"argon: at the end the largest drop has {drops[0]} atoms; {drops[drops >= 10].sum() / drops.sum():.0%} of the atoms are "
        f"in drops of ten and more, {(drops >= 10).sum()} of them"
    )
    axis.loglog(density, table["temperature"], label="omd")
    axis.loglog(ideal["density"] * SIGMA**3, ideal["temperature"], "--", label="ideal gas")
    line = np.linspace(0.45, 1.2, 100)
    pressure = np.exp(1.2629 * line - 4.8095 / line - 0.15115 / line**4)
    axis.loglog(pressure / line, line * EPSILON, ":", label="saturated vapour, $p/kT$")
    axis.set(title="Argon expands", xlabel="$n\\sigma^3$", ylabel="T, K", xlim=(density.min() / 1.2, 0.12), ylim=(40, 200))
    axis.legend()


def nanotube(arguments, axis):
    table = run(arguments, "nanotube", example("nanotube"), ROOT / "examples")["molecular"]
    strain = 0.02 * table["time"]
    # Per area of a wall of graphite's spacing: radius 6.78 angstrom times 3.35.
    area = 2 * np.pi * 6.78 * 3.35
    stress = table["axial_force"] / area * 160.2177
    small = strain <= 0.03
    print(f"nanotube: Young's modulus {np.polyfit(strain[small], stress[small], 2)[1]:.0f} GPa (wall 3.35 angstrom)")
    before = strain < 0.29
    peak = np.argmax(np.where(before, stress, -np.inf))
    print(f"nanotube: stress {stress[peak]:.0f} GPa at strain {strain[peak]:.3f}, where the cutoff of the potential begins")
    largest = np.argmax(stress)
    broken = largest + np.argmax(stress[largest:] < 0.2 * stress[largest])
    print(f"nanotube: largest stress {stress[largest]:.0f} GPa at strain {strain[largest]:.3f}, broken at {strain[broken]:.3f}")
    axis.plot(strain, stress)
    axis.axvline(0.29, ls=":", color="grey")
    axis.set(title="Nanotube (10, 10), Tersoff", xlabel="strain", ylabel="stress, GPa")


def nitrogen(arguments, axis):
    table = run(arguments, "nitrogen", example("nitrogen-compression"), ROOT / "examples")["molecular"]
    for name, label in (("translational", "centres"), ("rotational", "rotation"), ("vibrational", "bonds")):
        axis.plot(table["time"], table[f"{name}_temperature"], label=label)
        print(f"nitrogen: {label} {table[f'{name}_temperature'][-1]:.0f} K at the end")
    print(f"nitrogen: pressure at the start {table['pxx'][0] / 1e3:.2f} kbar")
    axis.set(title="Liquid nitrogen squeezed", xlabel="time, ps", ylabel="temperature, K")
    axis.legend()


CASES = {"copper": copper, "triple-point": triple_point, "argon": argon, "nanotube": nanotube, "nitrogen": nitrogen}

# Cases that fill a picture of their own.
PICTURES = {"copper-yield": copper_yield}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES, *PICTURES], default=[])
    parser.add_argument("--omd", default=ROOT / "target" / "release" / "omd", type=pathlib.Path)
    parser.add_argument("--kept", default=ROOT / "validation" / ".work" / "real-cases", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.kept.mkdir(parents=True, exist_ok=True)
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    where = arguments.kept if arguments.cases else ROOT / "docs" / "images"
    wanted = arguments.cases or [*CASES, *PICTURES]
    for name in [name for name in wanted if name in PICTURES]:
        figure = plt.figure(figsize=(12.6, 4.0), layout="tight")
        PICTURES[name](arguments, figure)
        draw(figure, where / f"{name}.png")
    wanted = [name for name in wanted if name in CASES]
    if not wanted:
        return
    columns = min(3, len(wanted))
    lines = -(-len(wanted) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(4.2 * columns, 3.4 * lines), squeeze=False, layout="tight")
    for axis in axes.flat[len(wanted) :]:
        axis.set_axis_off()
    for name, axis in zip(wanted, axes.flat):
        CASES[name](arguments, axis)
    draw(figure, where / "real-cases.png")


def draw(figure, picture):
    figure.savefig(picture, dpi=110)
    print(f"drawn in {picture}")


if __name__ == "__main__":
    main()
