"""Direct simulation: million collisions per second, against quoted figures."""

import os

from . import omd
from .shell import Spread, cores, run, say

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)


def measure(most):
    """One run of the `collision_rate` example, hard spheres: {particles: (rate, share accepted)}, and its peak bytes."""
    environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
    text, peak = run([omd.binary("examples") / "collision_rate", most], cores=cores()[:1], env=environment)
    rates = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| \n").split("|")]
        if cells and cells[0].isdigit():
            rate, _, share = cells[1].partition(" ")
            rates[int(cells[0])] = (float(rate), share.strip("()"))
    return rates, peak


def rows(rounds, quick):
    """Collision rates, median over rounds."""
    most = 1_000_000 if quick else 10_000_000
    say("direct simulation")
    measured = [measure(most) for _ in range(rounds)]
    runs = [rates for rates, _ in measured]
    yield "| particles | omd, hard spheres, 10^6 collisions/s, one core | candidates accepted |"
    yield "| --- | --- | --- |"
    for particles in SIZES:
        if all(particles in each for each in runs):
            spread = Spread(each[particles][0] for each in runs)
            yield f"| {particles} | {spread.show()} | {runs[0][particles][1]} |"
    yield ""
    yield f"Peak resident memory of the whole process with {most} particles: {measured[0][1] / most:.0f} bytes a particle."
