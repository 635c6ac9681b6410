"""Child processes: pinned, their output kept, their peak memory known."""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
WORK = BENCH / ".work"


class Failed(Exception):
    """A child that did not end well; the message is for the user."""


def say(text):
    """One line of progress; stdout is for the table."""
    print(text, file=sys.stderr, flush=True)


def run(command, cores=None, env=None, cwd=None):
    """Runs `command` pinned to the list `cores`; returns its stdout and its peak resident bytes."""
    command = [str(part) for part in command]
    if cores:
        command = ["taskset", "-c", ",".join(map(str, cores)), *command]
    child = subprocess.Popen(
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failed(f"{pathlib.Path(command[0]).name} ended with {child.returncode}:\n{output[-3000:]}")
    return output, usage.ru_maxrss * 1024


def cores():
    """The cores this process may use, the one that takes fewer interrupts (the last) first."""
    return sorted(os.sched_getaffinity(0), reverse=True)


def cpu_model():
    """What the processor calls itself, with family and model where the name says little."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    field = lambda name: (re.search(rf"^{name}\s*: (.*)$", text, re.M) or [None, "unknown"])[1]
    name = field("model name")
    if not re.search(r"\d", name):
        name += f" (family {field('cpu family')}, model {field('model')})"
    wide = [flag for flag in ("avx512f", "avx2") if flag in field("flags").split()]
    return name + (f", {wide[0]}" if wide else "")


def busy():
    """Load average of the last minute."""
    return os.getloadavg()[0]


def need(program):
    """Stops with the reason when a program is not there."""
    if shutil.which(program) is None:
        raise Failed(f"`{program}` is needed and was not found")


class Spread:
    """Median, smallest and largest of repeated measurements."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)
        self.low, self.high = min(self.values), max(self.values)

    def show(self, digits=1):
        """`median [low, high]`."""
        return f"{self.median:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"
