"""Many-body crystals against LAMMPS: what `lammps/many_bodies.py` prints."""

from . import lammps
from .shell import BENCH, ROOT, cores, run, say


def rows(rounds, quick):
    """The side-by-side table."""
    say(f"many-body crystals: {rounds} rounds")
    program = ROOT / "target" / "release" / "many_body_steps"
    script = BENCH / "lammps" / "many_bodies.py"
    command = [lammps.VENV / "bin" / "python", script, program, rounds, *(["eam"] if quick else [])]
    output, _ = run(command, cores=cores()[:1], env=lammps.environment())
    yield from output.splitlines()
