"""Objective molecular dynamics against LAMMPS."""

from . import lammps, omd
from .cases import CASES, Tuning, show
from .shell import Spread, cores, say
from .starts import Start

ATOMS = 32_000
SIZES = (4000, 8000, 16000, 32_000, 64000, 128000, 256000, 1_024_000)


class Duel:
    """One case on so many cores: the two codes in turn."""

    def __init__(self, case, start, chosen, processes, rounds):
        say(f"{case.name}, {processes} core{'s' * (processes > 1)}: {rounds} rounds")
        self.case, self.processes, self.chosen, self.start = case, processes, chosen, start
        self.theirs, self.ours = [], []
        for _ in range(rounds):
            self.theirs.append(lammps.step(start.data, processes, **case.options(), **chosen))
            self.ours.append(omd.timed_steps(start.xyz, processes, **case.options()))
        self.peer = Spread(run.nanoseconds for run in self.theirs)
        self.own = Spread(run["nanoseconds"] for run in self.ours)
        self.ratio = Spread(a.nanoseconds / b["nanoseconds"] for a, b in zip(self.theirs, self.ours))

    def energies(self):
        """Potential energy per atom of LAMMPS and omd at step 0 and at the end, and the pressures at the end."""
        theirs, ours = self.theirs[0].runs, self.ours[0]
        first, last = theirs[0][0], theirs[-1][-1]
        return (first[1], ours["start"]["potential"], last[1], ours["end"]["potential"], last[3], ours["end"]["pressure"])


def duels(rounds, quick):
    """All cases on one core and, where there are two, on two."""
    counts = (1, 2) if len(cores()) > 1 else (1,)
    for case in CASES:
        start = Start(case.fluid, ATOMS)
        tuning = Tuning(case, start, quick)
        for processes in counts:
            # The gas takes a quarter of the time: more rounds for the same patience.
            extra = 1 if case.fluid == "liquid" or quick else 2
            yield Duel(case, start, tuning.chosen, processes, extra * rounds), tuning


def duel_rows(all_duels):
    """The side-by-side table."""
    yield "| case | cores | LAMMPS, ns/atom/step | omd, ns/atom/step | LAMMPS / omd | steps per list: LAMMPS, omd | LAMMPS's settings |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for duel, _ in all_duels:
        builds = [duel.case.steps / max(run, 1) for run in (duel.theirs[0].builds, duel.ours[0]["builds"])]
        yield (
            f"| {duel.case.name} | {duel.processes} | {duel.peer.show()} | {duel.own.show()} | **{duel.ratio.show(2)}** "
            f"| {builds[0]:.0f}, {builds[1]:.0f} | {show(duel.chosen)} |"
        )


def rejected_rows(all_duels):
    """Settings of LAMMPS that were faster than the one chosen, and wrong."""
    for duel, tuning in all_duels:
        if duel.processes > 1:
            continue
        for tried, nanoseconds, difference in tuning.rejected:
            yield f"* {duel.case.name}: {show(tried)} took {nanoseconds:.0f} ns, potential energy off by {difference:.0e}."


def energy_rows(all_duels):
    """That both codes did the same work."""
    yield "| case | potential energy per atom at step 0: LAMMPS, omd - LAMMPS | at the end: LAMMPS, omd - LAMMPS | pressure at the end: LAMMPS, omd - LAMMPS |"
    yield "| --- | --- | --- | --- |"
    for duel, _ in all_duels:
        if duel.processes > 1:
            continue
        first, own_first, last, own_last, pressure, own_pressure = duel.energies()
        yield (
            f"| {duel.case.name} | {first:.10f}, {own_first - first:.1e} | {last:.7f}, {own_last - last:.1e} "
            f"| {pressure:.6f}, {own_pressure - pressure:.1e} |"
        )


def flow_rows(all_duels):
    """Cost under flow against cost at rest, one core."""
    yield "| fluid | omd, flow / rest | LAMMPS, flow / rest |"
    yield "| --- | --- | --- |"
    single = {(duel.case.fluid, bool(duel.case.shear)): duel for duel, _ in all_duels if duel.processes == 1}
    for fluid in ("liquid", "gas"):
        rest, flow = single[fluid, False], single[fluid, True]
        yield f"| {fluid} | {flow.own.median / rest.own.median:.2f} | {flow.peer.median / rest.peer.median:.2f} |"


def strain_rows(all_duels, rounds):
    """A cell that leans by whole lattice vectors is the same lattice; what does the lean cost?"""
    yield "| strain at the start | LAMMPS, ns/atom/step | omd, ns/atom/step |"
    yield "| --- | --- | --- |"
    duel = next(duel for duel, _ in all_duels if duel.case.fluid == "liquid" and duel.case.shear and duel.processes == 1)
    options = {**duel.case.options(), "warm": 5, "steps": 40}
    for lean in (0, 1, 5, 20):
        theirs = Spread(lammps.step(duel.start.data, **options, **duel.chosen, lean=lean).nanoseconds for _ in range(rounds))
        ours = Spread(
            omd.timed_steps(duel.start.leaning(lean), **options)["nanoseconds"] for _ in range(rounds)
        )
        yield f"| {lean} | {theirs.show()} | {ours.show()} |"


def size_rows(all_duels, rounds, sizes):
    """Cost and memory per atom as the system grows, liquid at rest, one core."""
    yield "| atoms | LAMMPS, ns/atom/step | omd, ns/atom/step | LAMMPS, peak bytes/atom | omd, peak bytes/atom |"
    yield "| --- | --- | --- | --- | --- |"
    chosen = next(duel.chosen for duel, _ in all_duels if duel.case.fluid == "liquid" and not duel.case.shear)
    for atoms in sizes:
        say(f"{atoms} atoms")
        start = Start("liquid", atoms)
        steps = {"warm": 20, "steps": max(60, min(1000, 6_400_000 // atoms))}
        theirs, ours = [], []
        for _ in range(rounds):
            theirs.append(lammps.step(start.data, **steps, **chosen))
            ours.append(omd.timed_steps(start.xyz, **steps))
        peer, own = Spread(r.nanoseconds for r in theirs), Spread(r["nanoseconds"] for r in ours)
        yield (
            f"| {atoms} | {peer.show()} | {own.show()} | {theirs[0].peak / atoms:.0f} | {ours[0]['peak_bytes'] / atoms:.0f} |"
        )


def floor_rows(all_duels, floors):
    """Arithmetic and memory at their best, and the distance to them."""
    yield (
        "| case, one core | pairs per atom, each once | peak-rate floor | pair-loop floor | streaming floor: cache, memory "
        "| omd | omd / highest floor in cache |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for duel, _ in all_duels:
        if duel.processes > 1:
            continue
        pairs, run = 0.5 * duel.start.within, duel.ours[0]
        peak = pairs * floors["pair_flops"] / floors["gigaflops"]
        loop = pairs * floors["pair_nanoseconds"]
        # Position, velocity and force read and written, the anchor read; four-byte entries shared by four atoms.
        bytes_moved = 7 * 24 + run["listed_per_cluster"]
        cache, memory = (bytes_moved / floors[f"{level}_gigabytes_per_second"] for level in ("cache", "memory"))
        yield (
            f"| {duel.case.name} | {pairs:.2f} | {peak:.1f} | {loop:.1f} | {cache:.1f}, {memory:.1f} | {duel.own.median:.1f} "
            f"| {duel.own.median / max(peak, loop, cache):.1f} |"
        )
