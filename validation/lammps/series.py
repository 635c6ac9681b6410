"""Series of energies and pressures under one flow, from LAMMPS and from omd, at the same times."""

import csv
import pathlib

from harness import lammps, structure
from harness.shell import Failed, run

HERE = pathlib.Path(__file__).resolve().parent
COMPONENTS = ("xx", "yy", "zz", "xy", "xz", "yz")
# LAMMPS's pair style and omd's truncation that are the same potential.
STYLES = {"shifted-force": "lj/smooth/linear", "shifted": "lj/cut"}


class Series:
    """Rows at `times`: energies per atom and pressures, by name; `balance` is the largest work residual per atom."""

    def __init__(self, times, columns, balance):
        self.times, self.columns, self.balance = times, columns, balance

    def difference(self, other, names):
        """The largest difference over the common times, among the columns `names`."""
        return max(abs(a - b) for name in names for a, b in zip(self.columns[name], other.columns[name]))

    def combine(self, terms):
        """The linear combination of series `(weight, series)`, this one's times kept."""
        columns = {
            name: [sum(weight * series.columns[name][k] for weight, series in terms) for k in range(len(self.times))]
            for name in self.columns
        }
        return Series(self.times, columns, None)


def gradient(flow):
    """`A` from its entries xx yy zz xy xz yz."""
    xx, yy, zz, xy, xz, yz = flow
    return ((xx, xy, xz), (0.0, yy, yz), (0.0, 0.0, zz))


def velocity_gradient(flow, time):
    """`L(t) = A (I + tA)^-1` of an upper triangular `A`, by back substitution of `L F = A`."""
    a = gradient(flow)
    f = [[(i == j) + time * a[i][j] for j in range(3)] for i in range(3)]
    rows = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            rows[i][j] = (a[i][j] - sum(rows[i][k] * f[k][j] for k in range(j))) / f[j][j]
    return rows


def of_lammps(data, flow, truncation, dt, end, samples, lag=True):
    """LAMMPS at time step `dt`, sampled `samples` times; its thermo output at every step gives the work balance.

    Without `lag` the columns are those of `in.flow` with the lag removed: potential energy and virial only, as `W` times
    volume per atom.
    """
    steps = round(end / dt)
    if steps % samples or abs(steps * dt - end) > 1e-9 * end:
        raise Failed(f"{samples} samples up to t = {end:g} do not fall on steps of {dt:g}")
    variables = {"data": data, "style": STYLES[truncation], "dt": repr(dt), "steps": steps}
    variables["every"] = max(1, round(0.01 / dt))
    variables.update({f"A{name}": value for name, value in zip(COMPONENTS, flow)})
    if not lag:
        return _without_lag(lammps.lmp(HERE / "in.flow", {**variables, "lag": 0}, log="log.flow"), dt, steps // samples)
    result = lammps.lmp(HERE / "in.flow", variables, log="log.flow")
    rows, atoms = result.runs[-1], result.atoms
    stride = steps // samples
    names = ["potential", "kinetic", *(f"K{c}" for c in COMPONENTS), *(f"P{c}" for c in COMPONENTS)]
    columns = {name: [] for name in names}
    for row in rows[::stride]:
        kinetic, virial = row[4:10], row[10:16]
        values = [row[1] / atoms, row[2] / atoms, *kinetic, *(k + w for k, w in zip(kinetic, virial))]
        for name, value in zip(names, values):
            columns[name].append(value)
    return Series([row[0] * dt for row in rows[::stride]], columns, _balance(rows, flow, dt, atoms))


def _without_lag(result, dt, stride):
    """Row n + 1 is time n dt."""
    rows = result.runs[-1][::stride]
    columns = {"potential": [row[1] / result.atoms for row in rows]}
    for k, c in enumerate(COMPONENTS):
        columns[f"V{c}"] = [row[3] * row[10 + k] / result.atoms for row in rows]
    return Series([(row[0] - 1) * dt for row in rows], columns, None)


def _balance(rows, flow, dt, atoms):
    """Largest `|E(t) - E(0) + int V P:L dt|` per atom, trapezoid over the steps."""
    work, power, worst = 0.0, None, 0.0
    for row in rows:
        xx, yy, zz, xy, xz, yz = (k + w for k, w in zip(row[4:10], row[10:16]))
        pressure = ((xx, xy, xz), (xy, yy, yz), (xz, yz, zz))
        rate = velocity_gradient(flow, row[0] * dt)
        now = row[3] * sum(pressure[i][j] * rate[i][j] for i in range(3) for j in range(3))
        work += 0.5 * dt * (now + power) if power is not None else 0.0
        power = now
        worst = max(worst, abs(row[1] + row[2] - rows[0][1] - rows[0][2] + work))
    return worst / atoms


INPUT = """title = "against LAMMPS"
units = "lj"

[flow]
velocity-gradient = {gradient}

[state]
temperature = {temperature!r}

[interaction]
kind = "lennard-jones"
epsilon = 1.0
sigma = 1.0
cutoff = 2.5
truncation = "{truncation}"

[time]
end = {end!r}
samples = {samples}

[molecular]
structure = "{structure}"
time-step = {dt!r}
"""


def of_omd(binary, data, flow, truncation, dt, end, samples, work):
    """The `omd` binary on the same atoms: data file to extended XYZ, an input file, a run, its table."""
    work.mkdir(parents=True, exist_ok=True)
    atoms = structure.read_data(data)
    count = len(atoms)
    structure.write_extxyz(atoms, work / "start.extxyz")
    temperature = sum(c * c for w in atoms.velocities for c in w) / (3 * count)
    rows = [list(row) for row in gradient(flow)]
    text = INPUT.format(
        gradient=rows, temperature=temperature, truncation=truncation, end=end, samples=samples, dt=dt,
        structure="start.extxyz",
    )
    (work / "input.toml").write_text(text)
    command = [binary, "run", work / "input.toml", "--out", work / "out", "--force", "--quiet"]
    run(command)
    with open(work / "out" / "molecular.csv", newline="") as table:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(table)]
    columns = {
        "potential": [row["potential_energy"] / count for row in rows],
        "kinetic": [1.5 * row["temperature"] for row in rows],
    }
    for c in COMPONENTS:
        columns[f"K{c}"] = [row[f"kinetic_p{c}"] for row in rows]
        columns[f"P{c}"] = [row[f"p{c}"] for row in rows]
        columns[f"V{c}"] = [(row[f"p{c}"] - row[f"kinetic_p{c}"]) / row["density"] for row in rows]
    balance = max(abs(row["energy_balance"]) for row in rows) / count
    return Series([row["time"] for row in rows], columns, balance)


def of_csv(path, atoms, end):
    """A published series in the layout of `in.flow`'s output as CSV, up to time `end`."""
    columns, times = {}, []
    with open(path, newline="") as table:
        lines = [line.lstrip("# ") for line in table][1:]
    for row in csv.DictReader(lines):
        row = {name.strip(): float(value) for name, value in row.items()}
        if row["time"] > end * (1 + 1e-12):
            break
        times.append(row["time"])
        columns.setdefault("potential", []).append(row["pe"] / atoms)
        columns.setdefault("kinetic", []).append(row["ke"] / atoms)
        for c in COMPONENTS:
            columns.setdefault(f"K{c}", []).append(row[f"K{c}"])
            columns.setdefault(f"P{c}", []).append(row[f"K{c}"] + row[f"W{c}"])
    return Series(times, columns, None)
