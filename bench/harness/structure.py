"""LAMMPS data files with peculiar velocities, read and written as the extended XYZ that omd reads."""

import pathlib


class Structure:
    """Atoms in the order of their ids: positions, peculiar velocities, and the cell's edges as rows."""

    def __init__(self, edges, low, positions, velocities):
        self.edges, self.low, self.positions, self.velocities = edges, low, positions, velocities

    def __len__(self):
        return len(self.positions)

    def volume(self):
        """Volume of a cell whose edges are lower triangular as rows."""
        return self.edges[0][0] * self.edges[1][1] * self.edges[2][2]


def read_data(path):
    """Reads a data file of `atom_style atomic` (the sections Atoms and Velocities, an orthogonal or triclinic box)."""
    bounds, tilt, section = {}, (0.0, 0.0, 0.0), None
    positions, velocities = {}, {}
    for line in pathlib.Path(path).read_text().splitlines()[1:]:
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[-2:] in (["xlo", "xhi"], ["ylo", "yhi"], ["zlo", "zhi"]):
            bounds[words[-2][0]] = (float(words[0]), float(words[1]))
        elif words[-3:] == ["xy", "xz", "yz"]:
            tilt = tuple(map(float, words[:3]))
        elif words[0].isalpha():
            section = words[0]
        elif section == "Atoms":
            positions[int(words[0])] = tuple(map(float, words[2:5]))
        elif section == "Velocities":
            velocities[int(words[0])] = tuple(map(float, words[1:4]))
    lx, ly, lz = (bounds[axis][1] - bounds[axis][0] for axis in "xyz")
    edges = ((lx, 0.0, 0.0), (tilt[0], ly, 0.0), (tilt[1], tilt[2], lz))
    order = sorted(positions)
    low = tuple(bounds[axis][0] for axis in "xyz")
    return Structure(edges, low, [positions[i] for i in order], [velocities[i] for i in order])


def write_extxyz(structure, path, edges=None):
    """Writes the structure; `edges` may name other edges of the same lattice. 17 digits: both codes read the same bits."""
    rows = edges or structure.edges
    lattice = " ".join(f"{value:.17g}" for row in rows for value in row)
    with open(path, "w") as out:
        out.write(f'{len(structure)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3:peculiar:R:3 pbc="T T T"\n')
        for x, w in zip(structure.positions, structure.velocities):
            out.write("Ar " + " ".join(f"{value:.17g}" for value in (*x, *w)) + "\n")
