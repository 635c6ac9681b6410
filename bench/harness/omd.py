"""omd's side: built once, run, read."""

import json
import os
import pathlib
import re

from .shell import ROOT, cores, need, run, say


def build(*packages):
    """Release builds of the binaries that measure."""
    need("cargo")
    say("building omd")
    for package, target in packages:
        run(["cargo", "build", "--release", "--locked", "--quiet", "--package", package, *target], cwd=ROOT)


def binary(name):
    """Where cargo put it."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / name


def timed_steps(xyz, threads=1, **options):
    """One measurement of `timed_steps`, the JSON it prints."""
    command = [binary("timed_steps"), xyz, "--threads", threads]
    for name, value in options.items():
        command += [f"--{name}", value]
    text, _ = run(command, cores=cores()[:threads])
    return json.loads(text)


def floors():
    """What the machine can do, the JSON of `floors`."""
    text, _ = run([binary("floors")], cores=cores()[:1])
    return json.loads(text)


def revision():
    """The commit measured."""
    text, _ = run(["git", "describe", "--always", "--dirty"], cwd=ROOT)
    return text.strip()


def compiler():
    """`rustc 1.95.0`."""
    text, _ = run(["rustc", "--version"], cwd=ROOT)
    return re.match(r"\S+ \S+", text)[0]
