"""The published page: one table a question."""

import datetime
import re

from . import dsmc, lammps, many_body, molecular, omd, spectral
from .shell import BENCH, busy, cores, cpu_model, say

QUIET = 0.3

SPARTA = """SPARTA, quoted, not measured here: a native build on two cores of an AMD EPYC (Zen 5), argon as variable hard
spheres, homogeneous, 10^6 collisions/s: 1e6 particles 1.14 on one core (10^3 cells, sorted), 0.72 in its default
settings, 1.63 in one cell with 0.35 collisions per particle and step, 2.5 to 4.0 on two ranks; 1e5 particles 3.2 on one
core. Its collisions share time steps with free flight; omd's candidates include the majorant's rejections."""

MANY_BODY = """LAMMPS {version}, one core, double precision, `-sf opt` where it has such a style (EAM), the fastest of three
skins, lists checked every step; the same file, crystal and time step, velocities of 1000 K of each code's own, processor time of the step loop.
The energy at the start is that of the perfect crystal."""

SPECTRAL = """One evaluation of Q for Maxwell molecules, double precision, one core; fsm.py is the fast spectral method of
Gamba, Haack, Hauck and Hu in NumPy and FFTW. omd with the grid and the rule it takes by default. For each of two errors, of
the BKW solution in L2 and of the stress of an anisotropic Gaussian, the fastest setting of fsm.py that reaches omd's
error, or its most accurate one where none does. The floor is the lines of the transforms omd's rule needs, contiguous and
in place, by the same library; omd leaves lines out that it does not need."""

FLOORS = """ns/atom/step. Every pair within the cutoff counts once, by Newton's third law. Peak-rate floor: {pair_flops}
operations a pair at {gigaflops:.1f} Gflop/s, what independent fused multiply-adds reach on this core. Pair-loop floor:
the Lennard-Jones arithmetic alone with every lane full, positions in the first-level cache and in order,
{pair_nanoseconds:.2f} ns a pair; the division sets it. Streaming floor: what a step must move at
{cache_gigabytes_per_second:.0f} GB/s (second-level cache) or {memory_gigabytes_per_second:.1f} GB/s (memory, for more
atoms than the caches hold). The rest is lanes that hold pairs beyond the cutoff, neighbours loaded and forces given
back out of order, and building lists."""


def write(only, quick, rounds):
    """Measures, prints and keeps the page."""
    load = busy()
    if load > QUIET:
        say(f"load average {load:.2f}: other work is running, these are not measurements to quote")
    lines = ["# Side by side", "", *_provenance(load, quick, rounds)]
    if only in (None, "md"):
        lines += _molecular(rounds, quick)
    if only in (None, "many-body"):
        lines += _many_body(rounds, quick)
    if only in (None, "dsmc"):
        lines += _dsmc(rounds, quick)
    if only in (None, "spectral"):
        lines += _spectral(rounds, quick)
    lines += ["", f"Load average when done: {busy():.2f}."]
    text = "\n".join(lines) + "\n"
    kind = re.sub(r"[^a-z0-9]+", "-", cpu_model().lower()).strip("-")
    suffix = "-quick" if quick else ""
    path = BENCH / "results" / f"{datetime.date.today().isoformat()}-{kind}{suffix}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    print(text)
    say(f"written to bench/results/{path.name}")


def _provenance(load, quick, rounds):
    yield f"* {cpu_model()}; {len(cores())} cores; load average at the start {load:.2f}"
    yield f"* omd {omd.revision()}, {omd.compiler()}, release build, vectors chosen at run time"
    yield f"* {rounds} rounds, the two codes in turn; median [smallest, largest]; ratios pair by pair; pinned to cores"
    if quick:
        yield "* `--quick`: a trial of the command, not a result"


def _molecular(rounds, quick):
    version = lammps.install()
    omd.build(("omd-bench", ["--bins"]))
    duels = list(molecular.duels(rounds, quick))
    fewer = max(1, rounds // 2)
    sizes = molecular.SIZES[:4] if quick else molecular.SIZES
    floors = omd.floors()
    return [
        "",
        "## Molecular dynamics: LAMMPS",
        "",
        f"LAMMPS {version}, the package registry's build, `-sf opt`, double precision. {molecular.ATOMS} Lennard-Jones",
        "atoms, cutoff 2.5 truncated, dt 0.005, NVE; the same start, time step, number of steps. Liquid: density 0.8442,",
        "melted from T = 1.44; gas: density 0.05, from T = 2. Each code's own clock around its step loop. For LAMMPS every",
        "combination of skin, interval and check is tried and the fastest whose potential energy follows, step by step,",
        "that of checked lists to 1e-9 is taken.",
        "",
        *molecular.duel_rows(duels),
        "",
        "Faster settings of LAMMPS that miss pairs, not taken:",
        "",
        *(list(molecular.rejected_rows(duels)) or ["* none."]),
        "",
        "### The same work",
        "",
        "Under shear LAMMPS's box lags one step behind its atoms; here its atoms wait for the first step, which removes",
        "the lag, and both codes are on one trajectory until chaos has amplified the rounding.",
        "",
        *molecular.energy_rows(duels),
        "",
        "### Under flow",
        "",
        *molecular.flow_rows(duels),
        "",
        "Liquid, K = 1, at larger strain (one core):",
        "",
        *molecular.strain_rows(duels, fewer),
        "",
        "### Size and memory",
        "",
        "Liquid at rest, one core. Peak resident memory; that of LAMMPS includes the reading of its input.",
        "",
        *molecular.size_rows(duels, fewer, sizes),
        "",
        "### Floors",
        "",
        FLOORS.format(**floors),
        "",
        *molecular.floor_rows(duels, floors),
    ]


def _many_body(rounds, quick):
    version = lammps.install()
    omd.build(("omd-bench", ["--bin", "many_body_steps"]))
    return ["", "## Many-body crystals: LAMMPS", "", MANY_BODY.format(version=version), "", *many_body.rows(rounds, quick)]


def _spectral(rounds, quick):
    omd.build(("omd-bench", ["--bin", "collision_cost"]))
    return ["", "## Spectral collision operator", "", SPECTRAL, "", *spectral.rows(rounds, quick)]


def _dsmc(rounds, quick):
    omd.build(("omd-kinetic", ["--example", "collision_rate"]))
    return ["", "## Direct simulation", "", *dsmc.rows(max(1, rounds // 2), quick), "", SPARTA]
