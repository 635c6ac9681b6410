"""The collision operator beside fsm.py: the same error, in turn, one core."""

import json
import os
import sys

from . import omd
from .shell import BENCH, WORK, Spread, cores, run, say

HERE = BENCH / "spectral"
ONE = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
# Radius of the support, radial nodes: what the peer is tried with, for the two errors one after the other.
RADII = {32: (3.5, 4.0, 4.5, 5.0), 64: (5.0, 5.5, 6.0)}
NODES = {32: (10, 12, 16, 24, 32), 64: (16, 20, 24, 32)}
SPHERES = {"bkw_mean_square": ("design",), "stress": ("3x6", "4x8", "5x10", "6x12")}
SECONDS = {"bkw_mean_square": "seconds", "stress": "stress_seconds"}
WORDS = {"bkw_mean_square": "BKW, L2", "stress": "stress of a Gaussian"}


def install():
    """NumPy and pyFFTW into an environment of their own."""
    environment = WORK / "spectral"
    python = environment / "bin" / "python"
    if not python.exists():
        say("installing numpy and pyfftw")
        run([sys.executable, "-m", "venv", environment])
        run([python, "-m", "pip", "install", "--quiet", "numpy", "pyfftw"])
    return python


def ours(modes):
    text, _ = run([omd.binary("collision_cost"), modes], cores=cores()[:1], env={**os.environ, **ONE})
    return json.loads(text)


def peer(python, setting, repeats):
    command = [python, HERE / "peer.py", *setting, repeats]
    text, _ = run(command, cores=cores()[:1], env={**os.environ, **ONE}, cwd=HERE)
    return json.loads(text)


def cheapest(python, modes, which, wanted):
    """The fastest setting of the peer whose error is no larger than `wanted`; its most accurate one where none is."""
    tried = []
    for sphere in SPHERES[which]:
        for radius in RADII[modes]:
            for nodes in NODES[modes]:
                setting = (modes, radius, nodes, sphere)
                found = peer(python, setting, 1)
                tried.append((found[which] > wanted, found[which] if found[which] > wanted else 0.0, found["seconds"], setting))
        if not min(tried)[0]:
            break
    return min(tried)[3]


def rows(rounds, quick):
    """One row for each size and error."""
    python = install()
    yield "| modes | at the error of | omd | fsm.py | fsm.py, s | omd, s | fsm.py / omd |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    floors = []
    for modes in (32,) if quick else (32, 64):
        own = ours(modes)
        floors.append((modes, own))
        for which in SPHERES:
            say(f"spectral: {modes} modes, {WORDS[which]}")
            setting = cheapest(python, modes, which, own[which])
            pairs = []
            for _ in range(rounds):
                theirs = peer(python, setting, 3)
                pairs.append((theirs, ours(modes)))
            ratio = Spread(a["seconds"] / b[SECONDS[which]] for a, b in pairs)
            _, radius, nodes, sphere = setting
            yield (
                f"| {modes} | {WORDS[which]} | {own[which]:.1e} | {pairs[0][0][which]:.1e}: radius {radius}, {nodes} radii, {sphere} | "
                f"{Spread(a['seconds'] for a, _ in pairs).show(4)} | {Spread(b[SECONDS[which]] for _, b in pairs).show(4)} | "
                f"**{ratio.show(2)}** |"
            )
    yield ""
    yield "| modes | transforms of omd's rule | bare lines of one, ms | floor, ms | evaluation, ms | evaluation / floor |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for modes, own in floors:
        for transforms, seconds in (("transforms", "seconds"), ("stress_transforms", "stress_seconds")):
            floor = own[transforms] * own["transform_seconds"]
            yield (
                f"| {modes} | {own[transforms]} | {1e3 * own['transform_seconds']:.3f} | {1e3 * floor:.1f} | "
                f"{1e3 * own[seconds]:.1f} | {own[seconds] / floor:.2f} |"
            )
