//! Free flight of atoms and of all their images in integers, without rounding and in the unreduced basis.

use omd_flow::{Matrix3, Vector3};

/// Lengths and velocities at the start are multiples of `2^-40`.
const START_BITS: u32 = 40;
/// Times are multiples of `2^-7`.
const TIME_BITS: u32 = 7;

type Integers = [[i128; 3]; 3];

/// `value` on the grid of starts.
#[must_use]
pub fn on_grid(value: f64) -> f64 {
    let unit = f64::from(START_BITS).exp2();
    (value * unit).round() / unit
}

/// A time as a number of ticks of `2^-7`.
#[must_use]
pub fn ticks(time: f64) -> i128 {
    (time * f64::from(TIME_BITS).exp2()).round() as i128
}

/// A length as a multiple of `2^-47`, the unit of positions and edges at any tick.
fn units(length: f64) -> i128 {
    (length * f64::from(START_BITS + TIME_BITS).exp2()).round() as i128
}

/// A multiple of `2^-47` as a length.
fn length(units: i128) -> f64 {
    units as f64 / f64::from(START_BITS + TIME_BITS).exp2()
}

/// An image of an atom: the atom, and counts of the edges `F(t) E` as given at the start from its straight path.
pub type Image = (usize, [i64; 3]);

/// What an enumeration found.
pub struct Near {
    /// The images within the radius.
    pub images: Vec<Image>,
    /// How close to the radius the closest image comes, inside or outside, relative to the radius.
    pub gap: f64,
}

/// Atoms `x0 + v0 t` and the lattice `F(t) E`, exact.
pub struct ExactFlight {
    gradient: Integers,
    cell: Integers,
    positions: Vec<[i128; 3]>,
    velocities: Vec<[i128; 3]>,
    peculiar: Vec<[i128; 3]>,
}

impl ExactFlight {
    /// Entries of `gradient` are integers; everything else lies on the grid of starts.
    ///
    /// # Panics
    /// Where that is not so.
    #[must_use]
    pub fn new(
        gradient: &Matrix3<f64>,
        cell: &Matrix3<f64>,
        positions: &[Vector3<f64>],
        peculiar: &[Vector3<f64>],
    ) -> Self {
        let grid = |x: f64| {
            assert_eq!(on_grid(x), x, "not on the grid");
            (x * f64::from(START_BITS).exp2()) as i128
        };
        let gradient = integers(|i, j| gradient[(i, j)].round() as i128);
        let positions: Vec<[i128; 3]> = positions.iter().map(|x| [grid(x.x), grid(x.y), grid(x.z)]).collect();
        let peculiar: Vec<[i128; 3]> = peculiar.iter().map(|w| [grid(w.x), grid(w.y), grid(w.z)]).collect();
        let velocity = |(x, w): (&[i128; 3], &[i128; 3])| add(&apply(&gradient, x), w);
        let velocities = positions.iter().zip(&peculiar).map(velocity).collect();
        Self { cell: integers(|i, j| grid(cell[(i, j)])), gradient, positions, velocities, peculiar }
    }

    /// `2^7 F`.
    fn deformation(&self, ticks: i128) -> Integers {
        integers(|i, j| ticks * self.gradient[i][j] + if i == j { 1 << TIME_BITS } else { 0 })
    }

    /// `F E`, unreduced.
    fn edges(&self, ticks: i128) -> Integers {
        product(&self.deformation(ticks), &self.cell)
    }

    fn position(&self, atom: usize, ticks: i128) -> [i128; 3] {
        [0, 1, 2].map(|k| (self.positions[atom][k] << TIME_BITS) + self.velocities[atom][k] * ticks)
    }

    /// `found - x(t)`, the difference taken before anything is rounded.
    #[must_use]
    pub fn position_error(&self, atom: usize, ticks: i128, found: &Vector3<f64>) -> Vector3<f64> {
        let exact = self.position(atom, ticks);
        Vector3::from_fn(|k, _| length(units(found[k]) - exact[k]))
    }

    /// `w(t) = F^-1 w0`, rounded once.
    #[must_use]
    pub fn peculiar(&self, atom: usize, ticks: i128) -> Vector3<f64> {
        let motion = self.deformation(ticks);
        let (adjugate, determinant) = adjugate_and_determinant(&motion);
        let numerator = apply(&adjugate, &self.peculiar[atom]);
        let scale = f64::from(TIME_BITS).exp2() / f64::from(START_BITS).exp2();
        Vector3::from_fn(|k, _| numerator[k] as f64 / determinant as f64 * scale)
    }

    /// `x_j + F E n - x_i`.
    #[must_use]
    pub fn separation(&self, ticks: i128, centre: usize, (atom, counts): Image) -> Vector3<f64> {
        let shift = apply(&self.edges(ticks), &counts.map(i128::from));
        let (to, from) = (self.position(atom, ticks), self.position(centre, ticks));
        Vector3::from_fn(|k, _| length(to[k] + shift[k] - from[k]))
    }

    /// Every image `x_j + F E n` within `radius` of the straight path of `centre`, by trial of all counts `n` that an
    /// exact bound leaves, in the unreduced basis.
    ///
    /// The bound: rows of an integer matrix `G` for which `G F E` is upper triangular confine the last count, then with
    /// it the middle one, then the first; `G = I` where `A` is upper triangular, `G = F^T` where `F` is a scaled
    /// rotation in planes.
    ///
    /// # Panics
    /// Where neither is so.
    #[must_use]
    pub fn images_near(&self, ticks: i128, centre: usize, radius: f64) -> Near {
        let edges = self.edges(ticks);
        let motion = self.deformation(ticks);
        let identity = integers(|i, j| i128::from(i == j));
        let transposed = integers(|i, j| motion[j][i]);
        let upper = |m: &Integers| m[1][0] == 0 && m[2][0] == 0 && m[2][1] == 0;
        let turn = if upper(&edges) { identity } else { transposed };
        let triangle = product(&turn, &edges);
        assert!(upper(&triangle), "no triangular form of this flow");
        let radius = units(radius);
        // |(G r)_k| <= |row k of G| R, rounded outwards.
        let bounds = [0, 1, 2].map(|k| {
            let row = turn[k].iter().map(|&g| (g as f64).powi(2)).sum::<f64>().sqrt();
            (row * (1.0 + 1e-12) * radius as f64) as i128 + 1
        });
        let from = self.position(centre, ticks);
        let mut near = Near { images: Vec::new(), gap: f64::INFINITY };
        for atom in 0..self.positions.len() {
            let to = self.position(atom, ticks);
            let offset = [0, 1, 2].map(|k| to[k] - from[k]);
            let turned = apply(&turn, &offset);
            for n in candidates(&triangle, &turned, &bounds) {
                let place = add(&offset, &apply(&edges, &n));
                let squared: i128 = place.iter().map(|x| x * x).sum();
                let excess = squared - radius * radius;
                near.gap = near.gap.min(0.5 * (excess as f64 / (radius as f64).powi(2)).abs());
                if excess < 0 {
                    near.images.push((atom, n.map(|x| x as i64)));
                }
            }
        }
        near
    }
}

/// All integers `n` with `|offset + T n|` within `bounds` in every component, `T` upper triangular.
fn candidates(triangle: &Integers, offset: &[i128; 3], bounds: &[i128; 3]) -> Vec<[i128; 3]> {
    let range = |row: usize, known: i128| {
        let edge = triangle[row][row];
        // |known + edge n| <= bound.
        let ends = [-bounds[row] - known, bounds[row] - known];
        let [low, high] = if edge > 0 { ends } else { [-ends[1], -ends[0]] };
        let edge = edge.abs();
        -(-low).div_euclid(edge)..=high.div_euclid(edge)
    };
    let mut found = Vec::new();
    for third in range(2, offset[2]) {
        for second in range(1, offset[1] + triangle[1][2] * third) {
            for first in range(0, offset[0] + triangle[0][1] * second + triangle[0][2] * third) {
                found.push([first, second, third]);
            }
        }
    }
    found
}

fn integers(entry: impl Fn(usize, usize) -> i128) -> Integers {
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| entry(i, j)))
}

fn product(left: &Integers, right: &Integers) -> Integers {
    integers(|i, j| (0..3).map(|k| left[i][k] * right[k][j]).sum())
}

fn apply(matrix: &Integers, vector: &[i128; 3]) -> [i128; 3] {
    [0, 1, 2].map(|i| (0..3).map(|k| matrix[i][k] * vector[k]).sum())
}

fn add(left: &[i128; 3], right: &[i128; 3]) -> [i128; 3] {
    [0, 1, 2].map(|k| left[k] + right[k])
}

fn adjugate_and_determinant(m: &Integers) -> (Integers, i128) {
    let minor = |i: usize, j: usize| {
        let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let adjugate = integers(|i, j| minor(j, i));
    let determinant = (0..3).map(|j| m[0][j] * adjugate[j][0]).sum();
    (adjugate, determinant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enumeration_finds_what_a_box_of_counts_finds() {
        let cell = Matrix3::new(2.0, 0.5, -0.25, 0.0, 1.5, 0.5, 0.0, 0.0, 2.5);
        let positions = [Vector3::new(0.5, 0.25, 1.0), Vector3::new(1.5, 1.25, 2.0)];
        let peculiar = [Vector3::new(0.5, -1.0, 0.25), Vector3::new(-0.25, 0.75, 1.0)];
        for rows in [[0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]] {
            let gradient = Matrix3::from_row_slice(&rows);
            let exact = ExactFlight::new(&gradient, &cell, &positions, &peculiar);
            let (time, radius) = (2.5, 6.1);
            let motion = Matrix3::identity() + gradient * time;
            let path = |k: usize| positions[k] + (peculiar[k] + gradient * positions[k]) * time;
            let mut expected = Vec::new();
            let box_of = -60..=60i64;
            for atom in 0..2 {
                for i in box_of.clone() {
                    for j in box_of.clone() {
                        for k in -12..=12i64 {
                            let shift = motion * cell * Vector3::new(i as f64, j as f64, k as f64);
                            if (path(atom) + shift - path(0)).norm() < radius {
                                expected.push((atom, [i, j, k]));
                            }
                        }
                    }
                }
            }
            let mut found = exact.images_near(ticks(time), 0, radius).images;
            found.sort_unstable();
            expected.sort_unstable();
            assert!(found.len() > 30 && found == expected, "{} {}", found.len(), expected.len());
            assert!((exact.peculiar(1, ticks(time)) - motion.try_inverse().unwrap() * peculiar[1]).norm() < 1e-14);
            assert_eq!(exact.position_error(1, ticks(time), &path(1)), Vector3::zeros());
        }
    }
}
