"""The equilibrated states that both codes start from, made by LAMMPS."""

import json

from . import lammps, structure
from .shell import BENCH, WORK, say

FLUIDS = {
    "liquid": {"rho": 0.8442, "T": 1.44, "melt": 1000},
    "gas": {"rho": 0.05, "T": 2.0, "melt": 4000},
}
# Unit cells along each edge, and copies of the melt: 4000 atoms times a power of two.
COPIES = {
    4000: (1, 1, 1),
    8000: (2, 1, 1),
    16000: (2, 2, 1),
    64000: (4, 2, 2),
    128000: (4, 4, 2),
    256000: (4, 4, 4),
    1_024_000: (8, 8, 4),
}


class Start:
    """One start on disk: `data` for LAMMPS, `xyz` for omd, and the pairs within the cutoff per atom."""

    def __init__(self, fluid, atoms):
        stem = f"{fluid}-{atoms}"
        self.fluid, self.atoms = fluid, atoms
        self.data, self.xyz, self._facts = (WORK / f"{stem}.{end}" for end in ("data", "extxyz", "json"))
        if not self._facts.exists():
            self._make()
        self.within = json.loads(self._facts.read_text())["within"]

    def _make(self):
        say(f"making {self.atoms} atoms of {self.fluid} with LAMMPS")
        variables = dict(FLUIDS[self.fluid], out=self.data)
        if self.atoms in COPIES:
            variables.update(zip(("cx", "cy", "cz"), COPIES[self.atoms]), n=10)
        else:
            variables["n"] = round((self.atoms / 4) ** (1 / 3))
        made = lammps.lmp(BENCH / "lammps" / "in.start", variables, log="log.start")
        structure.write_extxyz(structure.read_data(self.data), self.xyz)
        self._facts.write_text(json.dumps({"within": made.within}))

    def leaning(self, lean):
        """omd's file of the same atoms with a cell whose second edge leans by `lean` first edges."""
        path = WORK / f"{self.fluid}-{self.atoms}-lean{lean}.extxyz"
        if not path.exists():
            atoms = structure.read_data(self.data)
            first, second, third = atoms.edges
            second = tuple(b + lean * a for a, b in zip(first, second))
            structure.write_extxyz(atoms, path, edges=(first, second, third))
        return path
