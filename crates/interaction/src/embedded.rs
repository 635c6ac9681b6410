//! The embedded-atom method of one element or of several, from tables.

use crate::{Neighbour, SitePotential};
use nalgebra::Vector3;

/// Rows that the differences at the ends of a table need.
const FEWEST: usize = 5;

/// The functions of an element, or of an element beside another one, on grids that begin at zero.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedTables {
    /// Distance of neighbouring entries of `embedding`, density.
    pub density_step: f64,
    /// `F(rho)` of the element, energy.
    pub embedding: Vec<f64>,
    /// Distance of neighbouring entries of `density` and `pair`, length.
    pub distance_step: f64,
    /// `rho(r)` that an atom of the other one brings.
    pub density: Vec<f64>,
    /// `r phi(r)`, energy x length.
    pub pair: Vec<f64>,
    /// Neighbours farther than this do not matter, length.
    pub cutoff: f64,
}

/// Tables that are none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EmbeddedError {
    /// Too short for the differences that make slopes.
    #[error("{0} has {1} values; {FEWEST} are needed at least")]
    Short(&'static str, usize),
    /// A step or the cutoff.
    #[error("{0} must be positive, found {1}")]
    NotPositive(&'static str, f64),
    /// `density` and `pair` share a grid.
    #[error("the density has {0} values, the pair function {1}")]
    Lengths(usize, usize),
    /// No elements, or other tables than one for each of them beside each.
    #[error("{0} sets of tables are not one for each of 1 to 255 elements beside each")]
    Elements(usize),
    /// All tables share their grids and the cutoff.
    #[error("the tables of elements {0} and {1} are not on the grids of the first")]
    Grids(usize, usize),
    /// The cutoff ends where the tables do, or before.
    #[error("the cutoff {cutoff} is beyond the end of the tables, {end}")]
    Cutoff {
        /// As given.
        cutoff: f64,
        /// The last distance that the tables have, and one step.
        end: f64,
    },
}

/// `E_i = F(rho_i) + (1/2) sum_j phi(r_ij)`, `rho_i = sum_j rho(r_ij)`, \[DawBaskes1984\].
///
/// With several elements `F` is that of the atom, `phi` that of both and `rho` that of the neighbour; or that of both in
/// this order, as Finnis and Sinclair have it.
///
/// Between the entries of the tables the functions are the cubics of LAMMPS's `pair_style eam`: slopes at the entries
/// from differences of fourth order, of second and first at the ends; the pair function is that of `r phi`. Past the
/// last density `F` goes on along its slope there.
///
/// # Accuracy
/// Energies and forces are LAMMPS's to rounding. Energy and forces are continuous between the entries, second
/// derivatives are not; at the cutoff the functions end as the tables do.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedAtom {
    /// Of each element.
    embedding: Vec<Cubics>,
    /// Of each element beside each, `count` intervals.
    functions: Vec<EmbeddedInterval>,
    count: usize,
    per_step: f64,
    cutoff: f64,
}

/// The cubics of `rho` and `r phi` between two entries, in one cache line.
///
/// Each is `[c3, c2, c1, c0]`, in powers of the part of the interval that is passed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct EmbeddedInterval {
    /// Of `rho`, density.
    pub density: [f64; 4],
    /// Of `r phi`, energy x length.
    pub pair: [f64; 4],
}

/// What one neighbour at a distance brings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmbeddedPair {
    /// `rho`.
    pub density: f64,
    /// `d rho/dr`.
    pub density_slope: f64,
    /// `phi`.
    pub energy: f64,
    /// `d phi/dr`.
    pub slope: f64,
}

/// A function on an even grid from zero; `[c3, c2, c1, c0]` of an interval in units of the step.
#[derive(Clone, Debug, PartialEq)]
struct Cubics {
    coefficients: Vec<[f64; 4]>,
    per_step: f64,
}

/// The cubics between `values`, one fewer than values.
fn cubics(values: &[f64]) -> Vec<[f64; 4]> {
    let last = values.len() - 1;
    let slope = |m: usize| match m {
        0 => values[1] - values[0],
        _ if m == last => values[m] - values[m - 1],
        _ if m == 1 || m == last - 1 => 0.5 * (values[m + 1] - values[m - 1]),
        _ => ((values[m - 2] - values[m + 2]) + 8.0 * (values[m + 1] - values[m - 1])) / 12.0,
    };
    let interval = |m: usize| {
        let (rise, from, to) = (values[m + 1] - values[m], slope(m), slope(m + 1));
        [from + to - 2.0 * rise, 3.0 * rise - 2.0 * from - to, from, values[m]]
    };
    (0..last).map(interval).collect()
}

/// The interval of `place`, counted in steps, and how far into it; past the end, the end.
#[inline(always)]
fn interval(place: f64, count: usize) -> (usize, f64) {
    let index = (place as usize).min(count - 1);
    (index, (place - index as f64).min(1.0))
}

#[inline(always)]
fn value(c: &[f64; 4], p: f64) -> f64 {
    ((c[0] * p + c[1]) * p + c[2]) * p + c[3]
}

#[inline(always)]
fn slope(c: &[f64; 4], p: f64) -> f64 {
    (3.0 * c[0] * p + 2.0 * c[1]) * p + c[2]
}

impl EmbeddedAtom {
    /// Cubics through the tables of one element.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub fn new(tables: &EmbeddedTables) -> Result<Self, EmbeddedError> {
        Self::of_elements(&[std::slice::from_ref(tables)])
    }

    /// Cubics through tables of several elements: row `a` has those of element `a` beside each of them. All are on the
    /// same grids; of `embedding` the one where an element is beside itself counts.
    ///
    /// # Errors
    /// [`EmbeddedError`].
    pub fn of_elements(tables: &[impl AsRef<[EmbeddedTables]>]) -> Result<Self, EmbeddedError> {
        let kinds = tables.len();
        let all: usize = tables.iter().map(|row| row.as_ref().len()).sum();
        let whole = (1..=usize::from(u8::MAX)).contains(&kinds) && tables.iter().all(|row| row.as_ref().len() == kinds);
        let Some(first) = tables.first().and_then(|row| row.as_ref().first()).filter(|_| whole) else {
            return Err(EmbeddedError::Elements(all));
        };
        let (mut embedding, mut functions) = (Vec::new(), Vec::new());
        for (a, row) in tables.iter().enumerate() {
            for (b, tables) in row.as_ref().iter().enumerate() {
                check(tables)?;
                let grid = |t: &EmbeddedTables| (t.density_step, t.distance_step, t.density.len(), t.cutoff);
                if grid(tables) != grid(first) {
                    return Err(EmbeddedError::Grids(a + 1, b + 1));
                }
                let both = cubics(&tables.density).into_iter().zip(cubics(&tables.pair));
                functions.extend(both.map(|(density, pair)| EmbeddedInterval { density, pair }));
                if a == b {
                    let coefficients = cubics(&tables.embedding);
                    embedding.push(Cubics { coefficients, per_step: 1.0 / tables.density_step });
                }
            }
        }
        let count = functions.len() / all;
        Ok(Self { embedding, functions, count, per_step: 1.0 / first.distance_step, cutoff: first.cutoff })
    }

    /// How many elements there are.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.embedding.len()
    }

    /// `F` and `F'` of an element at a density.
    #[inline(always)]
    #[must_use]
    pub fn embedding(&self, kind: u8, density: f64) -> (f64, f64) {
        let embedding = &self.embedding[usize::from(kind)];
        let place = density * embedding.per_step;
        let count = embedding.coefficients.len();
        let (index, p) = interval(place, count);
        let c = &embedding.coefficients[index];
        let slope = slope(c, p) * embedding.per_step;
        let beyond = (place - count as f64).max(0.0) / embedding.per_step;
        (value(c, p) + slope * beyond, slope)
    }

    /// The intervals of the distance, the first from zero on, and how many there are in a unit of length.
    ///
    /// Those of the first element beside each, then of the second, ...: as many for each two of them.
    ///
    /// For loops over many distances at a time; [`Self::pair`] says what is to come of it.
    #[must_use]
    pub fn intervals(&self) -> (&[EmbeddedInterval], f64) {
        (&self.functions, self.per_step)
    }

    /// The intervals of one element beside another.
    #[inline(always)]
    fn of_pair(&self, [atom, other]: [u8; 2]) -> &[EmbeddedInterval] {
        let first = (usize::from(atom) * self.embedding.len() + usize::from(other)) * self.count;
        &self.functions[first..first + self.count]
    }

    /// `rho` that an atom of the second kind brings to one of the first at a distance below the cutoff.
    #[inline(always)]
    #[must_use]
    pub fn density(&self, kinds: [u8; 2], distance: f64) -> f64 {
        let (index, p) = interval(distance * self.per_step, self.count);
        value(&self.of_pair(kinds)[index].density, p)
    }

    /// `rho`, as [`Self::density`], `phi` and their slopes at a distance below the cutoff.
    #[inline(always)]
    #[must_use]
    pub fn pair(&self, kinds: [u8; 2], distance: f64) -> EmbeddedPair {
        let (index, p) = interval(distance * self.per_step, self.count);
        let EmbeddedInterval { density, pair } = &self.of_pair(kinds)[index];
        let inverse = 1.0 / distance;
        let energy = value(pair, p) * inverse;
        EmbeddedPair {
            density: value(density, p),
            density_slope: slope(density, p) * self.per_step,
            energy,
            slope: (slope(pair, p) * self.per_step - energy) * inverse,
        }
    }
}

/// Whether tables are some.
fn check(tables: &EmbeddedTables) -> Result<(), EmbeddedError> {
    let sizes = [("F(rho)", &tables.embedding), ("rho(r)", &tables.density), ("r phi(r)", &tables.pair)];
    if let Some((name, values)) = sizes.into_iter().find(|(_, values)| values.len() < FEWEST) {
        return Err(EmbeddedError::Short(name, values.len()));
    }
    let steps = [("drho", tables.density_step), ("dr", tables.distance_step), ("the cutoff", tables.cutoff)];
    if let Some((name, step)) = steps.into_iter().find(|(_, step)| !(*step > 0.0 && step.is_finite())) {
        return Err(EmbeddedError::NotPositive(name, step));
    }
    let (count, pairs) = (tables.density.len(), tables.pair.len());
    if count != pairs {
        return Err(EmbeddedError::Lengths(count, pairs));
    }
    // Files whose last entry is the one before the cutoff are common.
    let end = count as f64 * tables.distance_step;
    if tables.cutoff > end * (1.0 + 1e-9) {
        return Err(EmbeddedError::Cutoff { cutoff: tables.cutoff, end });
    }
    Ok(())
}

impl SitePotential for EmbeddedAtom {
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    fn energy(&self, kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        let density = neighbours.iter().map(|near| self.density([kind, near.kind], near.place.norm())).sum();
        let (mut energy, embedding_slope) = self.embedding(kind, density);
        for (Neighbour { place: r, kind: other }, gradient) in neighbours.iter().zip(gradients) {
            let distance = r.norm();
            let pair = self.pair([kind, *other], distance);
            energy += 0.5 * pair.energy;
            *gradient = r * ((embedding_slope * pair.density_slope + 0.5 * pair.slope) / distance);
        }
        energy
    }

    fn core(&self, energy: f64, [first, second]: [u8; 2]) -> f64 {
        let embedded = |kind: u8, density: f64| self.embedding(kind, density).0 - self.embedding(kind, 0.0).0;
        let pair = |r: f64| {
            let (pair, other) = (self.pair([first, second], r), self.density([second, first], r));
            embedded(first, pair.density) + embedded(second, other) + pair.energy
        };
        // From outside, to the first entry that is above, then between it and the one before.
        let step = 1.0 / self.per_step;
        let entries = (1..=(self.cutoff / step) as usize).rev().map(|m| m as f64 * step);
        let Some(above) = entries.into_iter().find(|r| pair(*r) > energy) else { return 0.0 };
        let (mut low, mut high) = (above, above + step);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if pair(middle) > energy { low = middle } else { high = middle }
        }
        high
    }

    fn as_embedded_atom(&self) -> Option<&EmbeddedAtom> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial of third degree in each table.
    fn cubic_tables() -> EmbeddedTables {
        let grid = |count: usize, step: f64, f: fn(f64) -> f64| (0..count).map(|m| f(m as f64 * step)).collect();
        EmbeddedTables {
            density_step: 0.5,
            embedding: grid(40, 0.5, |x| -x + 0.01 * x * x * x),
            distance_step: 0.1,
            density: grid(50, 0.1, |r| (5.0 - r).powi(3)),
            pair: grid(50, 0.1, |r| 3.0 * (4.9 - r).powi(2)),
            cutoff: 4.9,
        }
    }

    #[test]
    fn cubics_are_exact_where_slopes_are() {
        let atom = EmbeddedAtom::new(&cubic_tables()).unwrap();
        for r in [0.25, 1.0, 2.345, 4.61] {
            let pair = atom.pair([0, 0], r);
            assert!((pair.density - (5.0 - r).powi(3)).abs() < 1e-12 && atom.density([0, 0], r) == pair.density);
            assert!((pair.density_slope + 3.0 * (5.0 - r).powi(2)).abs() < 1e-11);
            let phi = 3.0 * (4.9 - r).powi(2) / r;
            assert!((pair.energy - phi).abs() < 1e-11);
            assert!((pair.slope + 6.0 * (4.9 - r) / r + phi / r).abs() < 1e-10);
        }
        let (embedding, slope) = atom.embedding(0, 7.3);
        assert!((embedding + 7.3 - 0.01 * 7.3f64.powi(3)).abs() < 1e-12);
        assert!((slope + 1.0 - 0.03 * 7.3 * 7.3).abs() < 1e-12);
        // Along a line past the last entry, 19.5; its slope there is a difference of first order.
        let [(at, slope), (past, after)] = [19.5, 22.0].map(|density| atom.embedding(0, density));
        assert!((past - at - 2.5 * slope).abs() < 1e-12 && slope == after);
        let differences = (19.5f64.powi(3) - 19f64.powi(3)) * 0.01 / 0.5 - 1.0;
        assert!((slope - differences).abs() < 1e-12);
    }

    #[test]
    fn gradients_are_those_of_the_energy() {
        let atom = EmbeddedAtom::new(&cubic_tables()).unwrap();
        let places = [[1.41, 0.1, 0.2], [-0.8, 2.2, 0.0], [-0.6, -1.1, 3.5]].map(Vector3::from).map(Neighbour::from);
        let mut gradients = [Vector3::zeros(); 3];
        atom.energy(0, &places, &mut gradients);
        for j in 0..3 {
            for axis in 0..3 {
                let moved = |by: f64| {
                    let mut places = places;
                    places[j].place[axis] += by;
                    atom.energy(0, &places, &mut [Vector3::zeros(); 3])
                };
                let h = 1e-4;
                let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                let error = (gradients[j][axis] - slope).abs();
                assert!(error < 1e-8 * (1.0 + slope.abs()), "{j} {axis}: {slope} {}", gradients[j][axis]);
            }
        }
    }

    #[test]
    fn the_core_is_where_a_pair_alone_has_the_energy() {
        let atom = EmbeddedAtom::new(&cubic_tables()).unwrap();
        let core = atom.core(300.0, [0, 0]);
        let pair = |r: f64| 2.0 * atom.embedding(0, atom.density([0, 0], r)).0 + atom.pair([0, 0], r).energy;
        assert!(core > 0.0 && (pair(core) - 300.0).abs() < 1e-6, "{core} {}", pair(core));
        assert_eq!(atom.core(f64::MAX, [0, 0]), 0.0);
    }

    #[test]
    fn tables_that_are_none_are_refused() {
        let tables = cubic_tables();
        let refused = |tables: EmbeddedTables| EmbeddedAtom::new(&tables).unwrap_err().to_string();
        assert_eq!(
            refused(EmbeddedTables { embedding: vec![0.0; 4], ..tables.clone() }),
            "F(rho) has 4 values; 5 are needed at least"
        );
        assert_eq!(refused(EmbeddedTables { distance_step: 0.0, ..tables.clone() }), "dr must be positive, found 0");
        assert!(refused(EmbeddedTables { cutoff: 6.0, ..tables.clone() }).starts_with("the cutoff 6 is beyond"));
        assert_eq!(
            refused(EmbeddedTables { pair: vec![0.0; 9], ..tables }),
            "the density has 50 values, the pair function 9"
        );
    }
}
