#!/usr/bin/env python3
"""Structures and trajectories of omd, opened by ASE, OVITO, MDAnalysis and h5py; every number is compared.

Each run is made twice from one seed: as extended XYZ, read here line by line, and in the format under test, read by each
program that claims to. The programs are installed into validation/.work/formats; with `--python` their interpreter is taken
as it is. `h5md` is tested where omd was built with it.
"""

import argparse
import gzip
import os
import pathlib
import subprocess
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "validation" / ".work" / "formats"
PACKAGES = ("ase", "MDAnalysis", "h5py", "ovito")

CELL = """units = "metal"
flow = {{ velocity-gradient = {gradient} }}
state = {{ number-density = 0.02, temperature = 120.0, mass = 39.948 }}
interaction = {{ kind = "lennard-jones", epsilon = 0.0103, sigma = 3.4, cutoff = 8.5, truncation = "shifted-force" }}
time = {{ end = 0.4, samples = 4 }}
[molecular]
atoms = 108
positions = "fcc"
time-step = 0.01
[molecular.trajectory]
{trajectory}
"""
RING = """units = "metal"
flow = {{ velocity-gradient = {gradient} }}
state = {{ temperature = 20.0, mass = 39.948 }}
interaction = {{ kind = "lennard-jones", epsilon = 0.0103, sigma = 3.4, cutoff = 8.5, truncation = "shifted-force" }}
time = {{ end = 0.4, samples = 4 }}
[molecular]
structure = "atoms.extxyz"
time-step = 0.01
group = {{ kind = "helical", angle = 40.0, pitch = 1.5 }}
[molecular.trajectory]
{trajectory}
"""
MIXTURE = """units = "metal"
flow = {{ velocity-gradient = {gradient} }}
state = {{ temperature = 120.0, masses = [39.948, 83.798] }}
[interaction]
kind = "lennard-jones"
elements = ["Ar", "Kr"]
cutoff = 8.5
mixing = "lorentz-berthelot"
pairs = [
    {{ elements = ["Ar", "Ar"], epsilon = 0.0103, sigma = 3.4 }},
    {{ elements = ["Kr", "Kr"], epsilon = 0.0141, sigma = 3.65 }},
]
[time]
end = 0.4
samples = 4
[molecular]
time-step = 0.01
build = {{ kind = "crystal", lattice = "fcc", lattice-constant = 5.848, cells = [3, 3, 3], composition = {{ Ar = 3, Kr = 1 }} }}
[molecular.trajectory]
{trajectory}
"""
ATOMS = "4\nProperties=species:S:1:pos:R:3\nAr 12 0 0\nAr 12 0 20\nKr 16 0 3\nAr 19 0 25\n"
TRIANGULAR = "[[0.5, 1.0, 0.25], [0, -0.25, 0.5], [0, 0, 0.125]]"
OTHER = "[[0.0, 0.5, 0.0], [0.25, 0.0, 0.0], [0.0, 0.5, 0.0]]"
STRETCH = "[[0, 0, 0], [0, 0, 0], [0, 0, 0.5]]"

# Name, template, A, what is shown, format, compressed, the readers, whether there is a cell.
CASES = (
    ("extended XYZ", CELL, OTHER, "", "extxyz", False, ("ase", "ovito", "mdanalysis-xyz")),
    ("extended XYZ, a block, gzip", CELL, OTHER, "images = [2, 1, 3]", "extxyz", True, ("ase", "ovito", "mdanalysis-xyz")),
    ("extended XYZ of a mixture", MIXTURE, OTHER, "", "extxyz", False, ("ase", "ovito", "mdanalysis-xyz")),
    ("extended XYZ of a helix", RING, STRETCH, "radius = 25.0", "extxyz", False, ("ase", "ovito", "mdanalysis-xyz")),
    ("dump", CELL, TRIANGULAR, "", "lammps-dump", False, ("ase", "ovito", "mdanalysis")),
    ("dump, a block, gzip", CELL, TRIANGULAR, "images = [2, 1, 3]", "lammps-dump", True, ("ase", "ovito", "mdanalysis")),
    ("dump of a mixture", MIXTURE, TRIANGULAR, "", "lammps-dump", False, ("ase", "ovito", "mdanalysis")),
    ("dump of a helix", RING, STRETCH, "radius = 25.0", "lammps-dump", False, ("ase", "ovito", "mdanalysis")),
    ("dump of a general cell", CELL, OTHER, "", "lammps-dump", False, ("ase", "ovito")),
    ("H5MD", CELL, OTHER, "", "h5md", False, ("h5py", "mdanalysis-h5md")),
    ("H5MD, a block", CELL, TRIANGULAR, "images = [2, 1, 3]", "h5md", False, ("h5py", "mdanalysis-h5md")),
    ("H5MD of a mixture", MIXTURE, TRIANGULAR, "", "h5md", False, ("h5py", "mdanalysis-h5md")),
    ("H5MD of a helix", RING, STRETCH, "radius = 25.0", "h5md", False, ("h5py", "mdanalysis-h5md")),
)
ENDINGS = {"extxyz": "extxyz", "lammps-dump": "lammpsdump", "h5md": "h5md"}
# MDAnalysis keeps single precision; H5MD and the others are compared at what their numbers have.
SINGLE = 3e-7
DOUBLE = 1e-14


def install():
    """The interpreter of the readers, installed once."""
    python = WORK / "venv" / "bin" / "python"
    if not python.exists():
        print(f"installing {', '.join(PACKAGES)} into {WORK.relative_to(ROOT)}", file=sys.stderr)
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", WORK / "venv.new"], check=True)
        subprocess.run([WORK / "venv.new" / "bin" / "python", "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        # Half an environment is none.
        (WORK / "venv.new").rename(WORK / "venv")
    return python


def omd():
    """The binary: `OMD`, or what cargo built."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return pathlib.Path(os.environ.get("OMD", target / "release" / "omd"))


def frames_of(text):
    """Extended XYZ, line by line: time, edges or none, labels, positions, velocities of each frame."""
    import numpy

    lines, frames = text.splitlines(), []
    while lines:
        count = int(lines[0])
        comment = lines[1]
        time = float(comment.split("Time=")[1].split()[0])
        cell = None
        if "Lattice=" in comment:
            cell = numpy.array(comment.split('Lattice="')[1].split('"')[0].split(), float).reshape(3, 3)
        words = [line.split() for line in lines[2 : 2 + count]]
        numbers = numpy.array([row[1:] for row in words], float)
        frames.append((time, cell, [row[0] for row in words], numbers[:, :3], numbers[:, 3:]))
        lines = lines[2 + count :]
    return frames


def run(directory, template, gradient, trajectory):
    """The trajectory of a run, as a path."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "atoms.extxyz").write_text(ATOMS)
    (directory / "input.toml").write_text(template.format(gradient=gradient, trajectory=trajectory))
    command = [omd(), "run", directory / "input.toml", "--out", directory / "out", "--force", "--quiet"]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode == 2 and "needs an omd with HDF5" in outcome.stderr:
        return None
    if outcome.returncode != 0:
        raise SystemExit(outcome.stderr)
    (found,) = (directory / "out").glob("molecular.trajectory.*")
    return found


def with_ase(path, frames):
    """Positions, cells, labels and velocities; times of extended XYZ."""
    import ase.io
    import ase.units

    dump = ".lammpsdump" in path.name
    if dump:
        images = ase.io.read(path, index=":", format="lammps-dump-text")
    else:
        images = ase.io.read(path, index=":", format="extxyz")
    for image in images:
        velocities = image.get_velocities() * (1000 * ase.units.fs) if dump else image.arrays["velo"]
        cell = image.cell[:] if image.pbc.all() else None
        yield {
            "positions": image.positions,
            "velocities": velocities,
            "cell": cell,
            "labels": image.get_chemical_symbols(),
            "time": None if dump else image.info["Time"],
        }


def with_ovito(path, frames):
    """All of them."""
    from ovito.io import import_file

    pipeline = import_file(path)
    for frame in range(pipeline.source.num_frames):
        data = pipeline.compute(frame)
        types = data.particles.particle_types
        names = {kind.id: kind.name for kind in types.types}
        cell = data.cell[:, :3].T if data.cell and all(data.cell.pbc) else None
        yield {
            "positions": data.particles.positions[...],
            "velocities": data.particles.velocities[...],
            "cell": cell,
            "labels": [names[kind] for kind in types[...]],
            "time": data.attributes.get("Time"),
        }


def with_mdanalysis(path, frames, **settings):
    """Positions and, where its reader has them, velocities; cells as lengths and angles."""
    import MDAnalysis

    universe = MDAnalysis.Universe(str(path), **settings)
    for step in universe.trajectory:
        yield {
            # Its buffers are those of the next step, too.
            "positions": universe.atoms.positions.copy(),
            "velocities": universe.atoms.velocities.copy() if step.has_velocities else None,
            "dimensions": None if step.dimensions is None else step.dimensions.copy(),
            "labels": None,
            "time": None,
        }


def with_mdanalysis_dump(path, frames):
    """It takes the low corner of the box off, which is the origin where there is a cell and that of the atoms elsewhere."""
    for found, (_, cell, _, positions, _) in zip(with_mdanalysis(path, frames), frames):
        low = 0.0 if cell is not None else positions.min(axis=0)
        yield {**found, "positions": found["positions"] + low, "dimensions": found["dimensions"] if cell is not None else None}


def with_mdanalysis_xyz(path, frames):
    """Its XYZ reader knows positions only."""
    for found in with_mdanalysis(path, frames, format="XYZ", topology_format="XYZ"):
        yield {**found, "dimensions": None}


def with_mdanalysis_h5md(path, frames):
    """A universe of so many atoms, and the trajectory."""
    import MDAnalysis

    universe = MDAnalysis.Universe.empty(len(frames[0][3]), trajectory=True, velocities=True)
    universe.load_new(str(path), format="H5MD")
    for step in universe.trajectory:
        yield {
            "positions": step.positions.copy(),
            "velocities": step.velocities.copy(),
            "dimensions": None if step.dimensions is None else step.dimensions.copy(),
            "labels": None,
            "time": step.time,
        }


def with_h5py(path, frames):
    """The sets as H5MD names them."""
    import h5py

    with h5py.File(path) as file:
        assert list(file["h5md"].attrs["version"]) == [1, 1]
        atoms = file["particles/trajectory"]
        names = list(atoms["species"].attrs["labels"])
        labels = [names[kind - 1] for kind in atoms["species"]]
        assert atoms["position/value"].attrs["unit"] == "Angstrom"
        assert atoms["velocity/step"] == atoms["position/step"]
        for frame in range(len(atoms["position/step"])):
            yield {
                "positions": atoms["position/value"][frame],
                "velocities": atoms["velocity/value"][frame],
                "cell": atoms["box/edges/value"][frame] if "edges" in atoms["box"] else None,
                "labels": labels,
                "time": atoms["position/time"][frame],
            }


READERS = {
    "ase": (with_ase, 1e-10),
    "ovito": (with_ovito, DOUBLE),
    "mdanalysis": (with_mdanalysis_dump, SINGLE),
    "mdanalysis-xyz": (with_mdanalysis_xyz, SINGLE),
    "mdanalysis-h5md": (with_mdanalysis_h5md, SINGLE),
    "h5py": (with_h5py, DOUBLE),
}


def compare(frames, found, tolerance):
    """The largest relative difference of what a reader gave, and what it gave."""
    import numpy
    from MDAnalysis.lib.mdamath import triclinic_vectors

    found = list(found)
    assert len(found) == len(frames), f"{len(found)} frames, not {len(frames)}"
    worst, seen = 0.0, set()

    def close(name, one, other):
        nonlocal worst
        seen.add(name)
        one, other = numpy.asarray(one, float), numpy.asarray(other, float)
        assert one.shape == other.shape, f"{name}: {one.shape}, not {other.shape}"
        difference = numpy.abs(one - other).max() / max(numpy.abs(other).max(), 1e-300)
        assert difference <= tolerance, f"{name} differ by {difference:.1e}"
        worst = max(worst, difference)

    for (time, cell, labels, positions, velocities), got in zip(frames, found):
        close("positions", got["positions"], positions)
        if got["velocities"] is not None:
            close("velocities", got["velocities"], velocities)
        if got.get("dimensions") is not None and cell is not None:
            # Lengths and angles: the edges up to a rotation, so their products.
            edges = triclinic_vectors(got["dimensions"], dtype=numpy.float64)
            close("cell", edges @ edges.T, cell @ cell.T)
        elif "cell" in got:
            assert (got["cell"] is None) == (cell is None), "a cell where there is none, or none where there is one"
            if cell is not None:
                close("cell", got["cell"], cell)
        if got["time"] is not None and time > 0.0:
            close("time", got["time"], time)
        if got["labels"] is not None:
            seen.add("labels")
            assert got["labels"] == labels or labels == ["X"] * len(labels), "labels"
    return worst, seen


def check():
    """All cases, in the interpreter that has the readers."""
    warnings.simplefilter("ignore")
    print("| trajectory | read by | compared | largest relative difference |\n| --- | --- | --- | --- |")
    failed = 0
    for name, template, gradient, shown, form, compressed, readers in CASES:
        folder = WORK / "runs" / name.replace(" ", "-").replace(",", "")
        reference = run(folder / "reference", template, gradient, f"every = 1\n{shown}")
        text = f'every = 1\n{shown}\nformat = "{form}"' + ('\ncompression = "gzip"' if compressed else "")
        path = run(folder / "tested", template, gradient, text)
        if path is None:
            print(f"| {name} | not tested: omd was built without HDF5 | | |")
            continue
        assert path.name == f"molecular.trajectory.{ENDINGS[form]}" + (".gz" if compressed else "")
        frames = frames_of(reference.read_text())
        if form == "extxyz" and compressed:
            assert gzip.decompress(path.read_bytes()) == reference.read_bytes()
        for reader in readers:
            read, tolerance = READERS[reader]
            try:
                worst, seen = compare(frames, read(path, frames), tolerance)
                print(f"| {name} | {reader} | {', '.join(sorted(seen))} | {worst:.0e} |", flush=True)
            except Exception as error:  # noqa: BLE001: whatever a reader says is a finding
                failed += 1
                print(f"| {name} | {reader} | FAILED: {type(error).__name__}: {error} | |", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=pathlib.Path, help="an interpreter that has the readers")
    parser.add_argument("--if-possible", action="store_true", help="where the readers cannot be installed say so and succeed")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        sys.exit(1 if check() else 0)
    if not omd().exists():
        raise SystemExit(f"{omd()} is not there: cargo build --release, or name a binary with OMD=...")
    try:
        python = arguments.python or install()
    except (subprocess.CalledProcessError, OSError) as error:
        if not arguments.if_possible:
            raise SystemExit(f"the readers cannot be installed: {error}") from error
        print(f"NOT TESTED: the readers cannot be installed, no trajectory was opened by another program: {error}")
        return
    sys.exit(subprocess.run([python, __file__, "--inside"]).returncode)


if __name__ == "__main__":
    main()
