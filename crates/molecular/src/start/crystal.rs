//! Cubic crystals in any orientation.

use omd_flow::{Matrix3, Vector3};

/// Where atoms are in the cubic cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CubicLattice {
    /// One atom, at the corner.
    Simple,
    /// Two: the corner and the centre.
    BodyCentred,
    /// Four: the corner and the centres of the faces.
    FaceCentred,
    /// Eight: two face-centred lattices, a quarter of the diagonal apart.
    Diamond,
    /// Eight: two face-centred lattices of an element each, half an edge apart.
    Rocksalt,
    /// Diamond with an element on each of its face-centred lattices.
    Zincblende,
    /// B2, that of caesium chloride: one element at the corner, one in the centre.
    CaesiumChloride,
    /// L1_2, that of Ni3Al: the first element on the faces, the second at the corner.
    L12,
}

impl CubicLattice {
    /// Places in quarters of the edge.
    fn basis(self) -> &'static [[i64; 3]] {
        const FACES: [[i64; 3]; 4] = [[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]];
        const DIAMOND: [[i64; 3]; 8] =
            [[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0], [1, 1, 1], [1, 3, 3], [3, 1, 3], [3, 3, 1]];
        match self {
            Self::Simple => &FACES[..1],
            Self::BodyCentred | Self::CaesiumChloride => &[[0, 0, 0], [2, 2, 2]],
            Self::FaceCentred | Self::L12 => &FACES,
            Self::Diamond | Self::Zincblende => &DIAMOND,
            Self::Rocksalt => &[[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2], [2, 2, 2]],
        }
    }

    /// The element, from 0, of each place of the basis.
    fn kinds(self) -> &'static [u8] {
        match self {
            Self::Simple | Self::BodyCentred | Self::FaceCentred | Self::Diamond => &[0; 8],
            Self::CaesiumChloride => &[0, 1],
            Self::L12 => &[1, 0, 0, 0],
            Self::Rocksalt | Self::Zincblende => &[0, 0, 0, 0, 1, 1, 1, 1],
        }
    }

    /// Elements in it.
    #[must_use]
    pub fn elements(self) -> usize {
        if self.kinds().contains(&1) { 2 } else { 1 }
    }

    /// Atoms in the cubic cell.
    #[must_use]
    pub fn atoms(self) -> usize {
        self.basis().len()
    }
}

/// Atoms in a cell, at rest on their places.
#[derive(Clone, Debug, PartialEq)]
pub struct Crystal {
    /// Edges as columns: the first along x, the second in the plane of x and y.
    pub cell: Matrix3<f64>,
    /// Cell by cell.
    pub positions: Vec<Vector3<f64>>,
    /// Which of the lattice's elements, from 0, is at each of them.
    pub kinds: Vec<u8>,
}

impl Crystal {
    /// `cells` copies along each edge of the cell whose edges are the rows of `orientation` in units of the cubic cell
    /// vectors: Miller indices `[u v w]` for a cell with right angles, any matrix of positive determinant else.
    ///
    /// The crystal is turned so that the first edge is along x and the second in the plane of x and y; with orthogonal
    /// rows that is `orient` of LAMMPS's `lattice` command. `None` where the rows are not independent, or left-handed.
    ///
    /// # Accuracy
    /// Which atoms belong to the cell is decided in integers.
    #[must_use]
    pub fn new(lattice: CubicLattice, constant: f64, orientation: &Matrix3<i64>, cells: [usize; 3]) -> Option<Self> {
        let rows = orientation.map(|x| x as f64).transpose() * constant;
        let cell = turned(&rows)?;
        let (fractions, in_cell): (Vec<_>, Vec<_>) = fractions(lattice, orientation)?.into_iter().unzip();
        let count = Vector3::from(cells.map(|n| n as f64));
        let copies = cells.iter().product::<usize>();
        let mut positions = Vec::with_capacity(fractions.len() * copies);
        for i in 0..cells[0] {
            for j in 0..cells[1] {
                for k in 0..cells[2] {
                    let corner = Vector3::new(i as f64, j as f64, k as f64);
                    positions.extend(fractions.iter().map(|fraction| cell * (corner + fraction)));
                }
            }
        }
        let cell = Matrix3::from_columns(&[0, 1, 2].map(|k| cell.column(k) * count[k]));
        Some(Self { cell, positions, kinds: in_cell.repeat(copies) })
    }
}

/// The same edges, the first along x, the second in the plane of x and y; `None` where they are left-handed or flat.
fn turned(edges: &Matrix3<f64>) -> Option<Matrix3<f64>> {
    let [a, b, c]: [Vector3<f64>; 3] = [0, 1, 2].map(|k| edges.column(k).into());
    let volume = edges.determinant();
    if volume <= 1e-12 * a.norm() * b.norm() * c.norm() {
        return None;
    }
    let first = a.normalize();
    let third = a.cross(&b).normalize();
    let second = third.cross(&first);
    // Integers: what is orthogonal is so exactly.
    let exact = |x: f64, size: f64| if x.abs() < 1e-14 * size { 0.0 } else { x };
    let along = |v: &Vector3<f64>, unit: &Vector3<f64>| exact(v.dot(unit), v.norm());
    Some(Matrix3::new(
        a.norm(),
        along(&b, &first),
        along(&c, &first),
        0.0,
        b.dot(&second),
        along(&c, &second),
        0.0,
        0.0,
        c.dot(&third),
    ))
}

/// The places of the atoms in the cell of `orientation`, as fractions of its edges in `[0, 1)`, and their elements.
fn fractions(lattice: CubicLattice, orientation: &Matrix3<i64>) -> Option<Vec<(Vector3<f64>, u8)>> {
    let wide = orientation.map(i128::from);
    let [a, b, c]: [Vector3<i128>; 3] = [0, 1, 2].map(|k| wide.row(k).transpose());
    // Rows of the adjugate of the matrix whose columns are the edges.
    let adjugate = [b.cross(&c), c.cross(&a), a.cross(&b)];
    let volume = a.dot(&adjugate[0]);
    if volume <= 0 {
        return None;
    }
    let low = Vector3::from_fn(|k, _| [a[k], b[k], c[k]].iter().filter(|x| **x < 0).sum::<i128>());
    let high = Vector3::from_fn(|k, _| [a[k], b[k], c[k]].iter().filter(|x| **x > 0).sum::<i128>());
    let mut found = Vec::new();
    for i in low.x..=high.x {
        for j in low.y..=high.y {
            for k in low.z..=high.z {
                for (place, kind) in lattice.basis().iter().zip(lattice.kinds()) {
                    let quarters = Vector3::new(i, j, k) * 4 + Vector3::from(*place).map(i128::from);
                    let parts = [0, 1, 2].map(|edge| adjugate[edge].dot(&quarters));
                    if parts.iter().all(|part| (0..4 * volume).contains(part)) {
                        let place = parts.map(|part| part as f64 / (4 * volume) as f64);
                        found.push((Vector3::from(place), *kind));
                    }
                }
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omd_flow::lattice;

    /// How many pairs of atoms and images are nearer than `radius`, over the atoms.
    fn neighbours(crystal: &Crystal, radius: f64) -> f64 {
        let pairs = crate::start::close_pairs(&crystal.cell, &crystal.positions, radius);
        // An atom and its own image are listed once for both directions.
        2.0 * pairs.len() as f64 / crystal.positions.len() as f64
    }

    #[test]
    fn compounds_have_their_neighbours() {
        // Of each element: nearest neighbours of the other one and of its own, at the distance of the nearest.
        let cases = [
            (CubicLattice::Rocksalt, 0.5, [[0, 6], [6, 0]], [4, 4]),
            (CubicLattice::Zincblende, 0.75f64.sqrt() / 2.0, [[0, 4], [4, 0]], [4, 4]),
            (CubicLattice::CaesiumChloride, 0.75f64.sqrt(), [[0, 8], [8, 0]], [1, 1]),
            (CubicLattice::L12, 0.5f64.sqrt(), [[8, 4], [12, 0]], [3, 1]),
        ];
        for (lattice, distance, expected, counts) in cases {
            for orientation in [[1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 1, -1, 0, 1, 1, -2]] {
                let rows = Matrix3::from_row_slice(&orientation);
                let crystal = Crystal::new(lattice, 1.0, &rows, [4, 4, 4]).unwrap();
                let mut near = [[0.0; 2]; 2];
                for pair in crate::start::close_pairs(&crystal.cell, &crystal.positions, 1.001 * distance) {
                    let [a, b] = [pair.first, pair.second].map(|atom| usize::from(crystal.kinds[atom]));
                    near[a][b] += 1.0;
                    near[b][a] += 1.0;
                }
                let atoms = [0, 1].map(|kind| crystal.kinds.iter().filter(|of| **of == kind).count());
                assert_eq!(atoms[0] * counts[1], atoms[1] * counts[0], "{lattice:?}");
                let found = [0, 1].map(|a| near[a].map(|pairs| pairs / atoms[a] as f64));
                assert_eq!(found, expected.map(|row| row.map(f64::from)), "{lattice:?}");
                assert_eq!((lattice.elements(), crystal.positions.len()), (2, crystal.kinds.len()));
            }
        }
    }

    #[test]
    fn every_orientation_is_the_same_crystal() {
        let orientations = [
            ([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3, 3]),
            ([1, 1, 0, -1, 1, 0, 0, 0, 1], [2, 2, 3]),
            ([1, 1, 1, 1, -1, 0, 1, 1, -2], [2, 2, 2]),
            ([2, 1, 0, -1, 2, 0, 0, 0, 1], [2, 2, 3]),
            ([2, 1, 0, 0, 1, 3, -1, 0, 2], [2, 2, 2]),
        ];
        // First and second shell: how many, and how far in units of the constant.
        let shells = [
            (CubicLattice::Simple, [6.0, 12.0], [1.0, 2f64.sqrt()]),
            (CubicLattice::BodyCentred, [8.0, 6.0], [0.75f64.sqrt(), 1.0]),
            (CubicLattice::FaceCentred, [12.0, 6.0], [0.5f64.sqrt(), 1.0]),
            (CubicLattice::Diamond, [4.0, 12.0], [0.1875f64.sqrt(), 0.5f64.sqrt()]),
        ];
        for (lattice, counts, distances) in shells {
            for (rows, cells) in orientations {
                let orientation = Matrix3::from_row_slice(&rows);
                let crystal = Crystal::new(lattice, 3.6, &orientation, cells).unwrap();
                let volume = crystal.cell.determinant();
                let per_atom = 3.6f64.powi(3) / lattice.atoms() as f64;
                assert!(
                    (volume / crystal.positions.len() as f64 / per_atom - 1.0).abs() < 1e-13,
                    "{lattice:?} {rows:?}"
                );
                assert_eq!(neighbours(&crystal, 3.6 * distances[0] * (1.0 - 1e-9)), 0.0, "{lattice:?} {rows:?}");
                let both = [1.0 + 1e-9, distances[1] / distances[0] * (1.0 + 1e-9)];
                let found = both.map(|factor| neighbours(&crystal, 3.6 * distances[0] * factor));
                assert_eq!(found, [counts[0], counts[0] + counts[1]], "{lattice:?} {rows:?}");
                assert_eq!([crystal.cell[(1, 0)], crystal.cell[(2, 0)], crystal.cell[(2, 1)]], [0.0; 3]);
            }
        }
    }

    #[test]
    fn right_angles_are_exact_and_wrong_orientations_refused() {
        let rows = Matrix3::new(1, 1, 1, 1, -1, 0, 1, 1, -2);
        let crystal = Crystal::new(CubicLattice::FaceCentred, 1.0, &rows, [1; 3]).unwrap();
        let lengths = [3f64.sqrt(), 2f64.sqrt(), 6f64.sqrt()];
        assert!((crystal.cell - Matrix3::from_diagonal(&lengths.into())).norm() < 1e-15);
        assert_eq!(crystal.cell[(0, 1)], 0.0);
        assert!((lattice::shortest_vector(&crystal.cell) - 2f64.sqrt()).abs() < 1e-15);
        let left = Matrix3::new(0, 1, 0, 1, 0, 0, 0, 0, 1);
        assert!(Crystal::new(CubicLattice::Simple, 1.0, &left, [1; 3]).is_none());
        assert!(Crystal::new(CubicLattice::Simple, 1.0, &Matrix3::zeros(), [1; 3]).is_none());
    }
}
