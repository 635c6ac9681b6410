"""The side-by-side cases, and LAMMPS's best admissible settings for each."""

import dataclasses

from . import lammps
from .shell import say

# Relative. Above the rounding that a few hundred steps of a chaotic system amplify; one missed pair of the liquid is 9e-8.
SAME_ENERGY = 1e-9
SKINS = {"liquid": (0.3, 0.4, 0.5, 0.6, 0.8), "gas": (0.4, 0.6, 0.8, 1.0, 1.3)}
INTERVALS = (5, 8, 10, 12, 15, 20)


@dataclasses.dataclass(frozen=True)
class Case:
    """One line of the table."""

    fluid: str
    shear: float
    steps: int
    warm: int = 20
    dt: float = 0.005

    @property
    def name(self):
        """`liquid, at rest`."""
        return f"{self.fluid}, shear K = {self.shear:g}" if self.shear else f"{self.fluid}, at rest"

    def options(self):
        """What both codes are told."""
        return {"shear": self.shear, "dt": self.dt, "warm": self.warm, "steps": self.steps}


# Under shear the strain stays between 0.1 and 0.6: LAMMPS cannot skew its cell for ever at no cost, omd can.
CASES = (Case("liquid", 0.0, 300), Case("liquid", 1.0, 100), Case("gas", 0.0, 600), Case("gas", 1.0, 100))


def settings(case, quick):
    """The settings that are tried: a list checked every step, or fixed intervals without a check."""
    coarse = slice(1, None, 2) if quick else slice(None)
    for skin in SKINS[case.fluid][coarse]:
        yield {"skin": skin, "every": 1, "check": "yes"}
        for every in INTERVALS[coarse]:
            yield {"skin": skin, "every": every, "check": "no"}


def show(chosen):
    """The settings in words."""
    if chosen["check"] == "yes":
        return f"skin {chosen['skin']}, checked every step"
    return f"skin {chosen['skin']}, every {chosen['every']} steps unchecked"


class Tuning:
    """LAMMPS's settings for one case: every setting timed once, the fastest exact one chosen."""

    def __init__(self, case, start, quick):
        say(f"tuning LAMMPS: {case.name}")
        options = {**case.options(), "steps": 40} if quick else case.options()
        brief = {**options, "steps": min(100, options["steps"])}
        timed = []
        for tried in settings(case, quick):
            # A gamble on the fastest atom; under flow the only way, since the check counts the motion of the box and
            # rebuilds all the time. Some lose atoms.
            try:
                timed.append((lammps.step(start.data, **brief, **tried).nanoseconds, tried))
            except lammps.Failed:
                continue
        timed.sort(key=lambda pair: pair[0])
        reference = self._energies(start, options, {"skin": SKINS[case.fluid][0], "every": 1, "check": "yes"})
        self.rejected = []
        for nanoseconds, tried in timed:
            energies = self._energies(start, options, tried)
            difference = max(abs(a - b) / abs(b) for a, b in zip(energies, reference))
            if difference < SAME_ENERGY:
                self.chosen, self.difference = tried, difference
                say(f"  {show(tried)}: {nanoseconds:.0f} ns, energies to {difference:.0e}")
                return
            self.rejected.append((tried, nanoseconds, difference))
            say(f"  not {show(tried)}: {nanoseconds:.0f} ns, but energies off by {difference:.0e}")
        raise lammps.Failed(f"no setting of LAMMPS is exact for {case.name}")

    @staticmethod
    def _energies(start, options, tried):
        """Potential energy at every step: a pair that the list misses shows at once."""
        result = lammps.step(start.data, **options, **tried, sample=1)
        return [row[1] for run in result.runs for row in run]
