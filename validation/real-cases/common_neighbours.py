"""Which crystal an atom is in: adaptive common-neighbour analysis, and the frames of a LAMMPS dump it is done on.

The twelve nearest neighbours (fourteen for body-centred) are bonded where nearer to each other than (1 + sqrt 2)/2 times the atom's
own mean distance. Each neighbour has a triplet: common neighbours, bonds among them, the most bonds of one of them. All 421
is face-centred, six 421 and six 422 hexagonal, eight 66 and six 44 body-centred: Stukowski, Modelling Simul. Mater. Sci. Eng. 20,
045021 (2012), recalled. Two planes of hexagonal atoms in a face-centred crystal are a stacking fault, one is the boundary of a twin.
"""

import numpy as np
from scipy.spatial import cKDTree

OTHER, FCC, HCP, BCC = range(4)
NAMES = ("other", "fcc", "hcp", "bcc")


def frames(path):
    """Time step, cell (rows) and positions of each frame of a text dump."""
    with open(path) as lines:
        while lines.readline():
            step = int(lines.readline())
            lines.readline()
            count = int(lines.readline())
            head = lines.readline()
            box = np.array([[float(x) for x in lines.readline().split()] for _ in range(3)])
            if "abc origin" in head:
                cell = box[:, :3]
            else:
                # Bounds of the box, and what its edges lean.
                assert "xy xz yz" in head and not box[:, 2].any(), head
                cell = np.diag(box[:, 1] - box[:, 0])
            names = lines.readline().split()[2:]
            first = names.index("xu")
            yield step, cell, np.loadtxt(lines, usecols=range(first, first + 3), max_rows=count)


def nearest(cell, positions, count):
    """Vectors to the nearest neighbours of each atom, images under the cell among them: atoms x count x 3."""
    inverse = np.linalg.inv(cell)
    places = (positions @ inverse) % 1.0
    width = 2.0 * (abs(np.linalg.det(cell)) / len(positions)) ** (1 / 3)  # More than the third shell.
    margin = width * np.linalg.norm(inverse, axis=0)
    images = [places + shift for shift in np.ndindex(3, 3, 3)]
    images = np.concatenate([places, *(image - 1.0 for index, image in enumerate(images) if index != 13)])
    images = images[((images > -margin) & (images < 1.0 + margin)).all(axis=1)] @ cell
    centre = images[: len(positions)]
    _, who = cKDTree(images).query(centre, count + 1)
    return images[who[:, 1:]] - centre[:, None]


def triplets(vectors, reach):
    """For each neighbour: common neighbours, bonds among them, the most bonds of one of them."""
    apart = np.linalg.norm(vectors[:, :, None] - vectors[:, None], axis=-1)
    bonded = (apart < reach[:, None, None]) & ~np.eye(vectors.shape[1], dtype=bool)
    bonded = bonded.astype(np.float32)
    # Neighbours that a neighbour shares with another it is bonded with.
    shared = bonded * (bonded @ bonded)
    return bonded.sum(-1), shared.sum(-1) / 2, shared.max(-1)


def structure(cell, positions):
    """OTHER, FCC, HCP or BCC for each atom."""
    vectors = nearest(cell, positions, 14)
    distances = np.linalg.norm(vectors, axis=-1)
    found = np.full(len(positions), OTHER)
    factor = (1 + np.sqrt(2)) / 2
    common, bonds, most = triplets(vectors[:, :12], factor * distances[:, :12].mean(axis=1))
    fits = (common == 4) & (bonds == 2)
    straight, bent = (fits & (most == 1)).sum(1), (fits & (most == 2)).sum(1)
    found[straight == 12] = FCC
    found[(straight == 6) & (bent == 6)] = HCP
    scale = 0.5 * (2 / np.sqrt(3) * distances[:, :8].mean(axis=1) + distances[:, 8:].mean(axis=1))
    common, bonds, most = triplets(vectors, factor * scale)
    six, four = (common == 6) & (bonds == 6) & (most == 2), (common == 4) & (bonds == 4) & (most == 2)
    found[(found == OTHER) & (six.sum(1) == 8) & (four.sum(1) == 6)] = BCC
    return found
