//! Groups with finitely many rotations: translations, layers, space groups, the groups of the Platonic solids.

use super::generate::{ROUNDING, SHORTEST, Sizes, Word, apart, not_discrete, quotient, same_rotation};
use super::{GroupElement, GroupError, Label, TranslationGroup};
use omd_flow::{Matrix3, Vector3};

/// No finite group of rotations without an axis that all of them keep has more elements (the icosahedron's with its
/// mirrors), and none that keeps a lattice of two dimensions or three.
const MOST_ROTATIONS: usize = 120;
/// Directions without translations are completed by vectors this many times as long as the longest translation.
const FAR: f64 = 1e3;

/// `t h`: a translation of a lattice of `rank` dimensions after one of finitely many cosets.
#[derive(Clone, Debug)]
pub(super) struct Crystal {
    /// Columns beyond `rank` are not translations.
    lattice: TranslationGroup,
    pub(super) rank: usize,
    pub(super) cosets: Vec<GroupElement>,
}

/// A translation and its rate.
#[derive(Clone, Copy, Debug)]
struct Translation {
    offset: Vector3<f64>,
    rate: Vector3<f64>,
    from: [usize; 2],
}

impl Crystal {
    pub(super) fn new(generators: &[GroupElement]) -> Result<Self, GroupError> {
        let sizes = Sizes::of(generators);
        let quotient = quotient(generators, same_rotation, MOST_ROTATIONS)?;
        let mut basis = Vec::new();
        for Word { element, from } in &quotient.kernel {
            insert(&mut basis, Translation { offset: element.offset, rate: element.rate, from: *from }, &sizes)?;
        }
        let column = |k: usize, part: fn(&Translation) -> Vector3<f64>| basis.get(k).map_or(Vector3::zeros(), part);
        let rank = basis.len();
        let edges = Matrix3::from_columns(&[0, 1, 2].map(|k| column(k, |t| t.offset)));
        let rates = Matrix3::from_columns(&[0, 1, 2].map(|k| column(k, |t| t.rate)));
        let lattice = TranslationGroup::of_rates(completed(&edges, rank), rates);
        let mut crystal = Self { lattice, rank, cosets: quotient.cosets };
        crystal.reduce(0.0);
        Ok(crystal)
    }

    /// Takes a reduced basis at `time`; true when it changed.
    pub(super) fn reduce(&mut self, time: f64) -> bool {
        if self.rank < 2 {
            return false;
        }
        let change = omd_flow::lattice::reduce(&self.frame(time)).unimodular;
        if change.map(i64::abs) == Matrix3::identity() {
            return false;
        }
        self.lattice.set_unimodular(self.lattice.unimodular() * change);
        true
    }

    /// The group with its translations stretched, under this `A`; `cosets` are those of it.
    pub(super) fn deformed(&self, stretch: &Matrix3<f64>, gradient: &Matrix3<f64>, cosets: Vec<GroupElement>) -> Self {
        let mut edges = stretch * self.lattice.reference();
        (self.rank..3).for_each(|k| edges.set_column(k, &self.lattice.reference().column(k)));
        let mut rates = gradient * edges;
        (self.rank..3).for_each(|k| rates.column_mut(k).fill(0.0));
        let mut lattice = TranslationGroup::of_rates(edges, rates);
        lattice.set_unimodular(self.lattice.unimodular());
        Self { lattice, rank: self.rank, cosets }
    }

    /// The group at t = 0, its rates zero.
    pub(super) fn at_rest(&self) -> Self {
        let mut lattice = TranslationGroup::of_rates(self.lattice.reference(), Matrix3::zeros());
        lattice.set_unimodular(self.lattice.unimodular());
        let cosets = self.cosets.iter().map(|h| GroupElement { rate: Vector3::zeros(), ..*h }).collect();
        Self { lattice, rank: self.rank, cosets }
    }

    pub(super) fn lattice(&self) -> &TranslationGroup {
        &self.lattice
    }

    pub(super) fn lattice_mut(&mut self) -> &mut TranslationGroup {
        &mut self.lattice
    }

    /// The translations as columns, completed to three by normal vectors.
    pub(super) fn frame(&self, time: f64) -> Matrix3<f64> {
        completed(&self.lattice.edges(time), self.rank)
    }

    pub(super) fn element(&self, label: &Label) -> GroupElement {
        let translation = self.lattice.element(Vector3::from(label.powers));
        translation.compose(&self.cosets[label.coset])
    }

    /// All elements that map `centre` to within `reach` of it: each count is bounded by the distance of lattice planes.
    pub(super) fn within(&self, time: f64, centre: &Vector3<f64>, reach: f64) -> Vec<Label> {
        let frame = self.frame(time);
        let Some(inverse) = frame.try_inverse() else { return Vec::new() };
        let mut labels = Vec::new();
        for (coset, element) in self.cosets.iter().enumerate() {
            let apart = element.position(time, centre) - centre;
            let counts = inverse * apart;
            let range = |k: usize| {
                let half = reach * inverse.row(k).norm() * (1.0 + 1e-9) + 1e-9;
                let whole = k < self.rank;
                let bound = |x: f64| if whole { x as i64 } else { 0 };
                bound((-counts[k] - half).ceil())..=bound((-counts[k] + half).floor())
            };
            for i in range(0) {
                for j in range(1) {
                    for k in range(2) {
                        let powers = [i, j, k];
                        let image = apart + frame * Vector3::from(powers).map(|x| x as f64);
                        if image.norm() <= reach * (1.0 + 1e-9) {
                            labels.push(Label { powers, coset });
                        }
                    }
                }
            }
        }
        labels
    }

    /// The translation that brings a position into the cell at the origin.
    pub(super) fn fold(&self, time: f64, position: &Vector3<f64>) -> [i64; 3] {
        let Some(inverse) = self.frame(time).try_inverse() else { return [0; 3] };
        let counts = inverse * position;
        [0, 1, 2].map(|k| if k < self.rank { -counts[k].floor() as i64 } else { 0 })
    }

    /// `L = (dB/dt) B^+` and `dL/dt + L^2`, which is not zero where a plane or a line of translations tilts.
    pub(super) fn motion(&self, time: f64) -> (Matrix3<f64>, Matrix3<f64>) {
        let mut rates = self.lattice.edge_rates();
        (self.rank..3).for_each(|k| rates.column_mut(k).fill(0.0));
        let frame = self.frame(time);
        let Some(inverse) = frame.try_inverse() else { return (Matrix3::zeros(), Matrix3::zeros()) };
        let gradient = rates * inverse;
        if self.rank == 3 {
            return (gradient, Matrix3::zeros());
        }
        let mut onto = frame;
        (self.rank..3).for_each(|k| onto.column_mut(k).fill(0.0));
        let beyond = Matrix3::identity() - onto * inverse;
        (gradient, rates * (inverse * inverse.transpose()) * rates.transpose() * beyond)
    }
}

/// The first `rank` columns, the others replaced by long vectors normal to them and to each other.
fn completed(edges: &Matrix3<f64>, rank: usize) -> Matrix3<f64> {
    let longest = (0..rank).map(|k| edges.column(k).norm()).fold(0.0, f64::max);
    let far = FAR * if longest > 0.0 { longest } else { 1.0 };
    let [a, b]: [Vector3<f64>; 2] = [edges.column(0).into(), edges.column(1).into()];
    match rank {
        3 => *edges,
        2 => Matrix3::from_columns(&[a, b, a.cross(&b).normalize() * far]),
        1 => {
            let normal = a.cross(&Matrix3::identity().column(a.iamin())).normalize();
            Matrix3::from_columns(&[a, normal * far, a.cross(&normal).normalize() * far])
        }
        _ => Matrix3::identity() * far,
    }
}

/// Adds `left` to the lattice of `basis`: Euclid's algorithm in as many dimensions as there are.
///
/// Whatever of `left` no integers take away replaces a basis vector, by which the volume of the basis falls to half or
/// less; that one is added again.
fn insert(basis: &mut Vec<Translation>, mut left: Translation, sizes: &Sizes) -> Result<(), GroupError> {
    let mut volume = 1.0;
    loop {
        let count = basis.len();
        let edges: Vec<Vector3<f64>> = basis.iter().map(|t| t.offset).collect();
        let matrix = Matrix3::from_columns(&[0, 1, 2].map(|k| edges.get(k).copied().unwrap_or_default()));
        let frame = completed(&matrix, count);
        let Some(inverse) = frame.try_inverse() else { return Err(not_discrete(left.from)) };
        let counts = inverse * left.offset;
        let mut rest = left.offset;
        (0..count).for_each(|k| rest -= basis[k].offset * counts[k]);
        if rest.norm() > ROUNDING * sizes.length && count < 3 {
            if rest.norm() < SHORTEST * sizes.length {
                return Err(not_discrete(left.from));
            }
            basis.push(left);
            return Ok(());
        }
        for k in 0..count {
            left.offset -= basis[k].offset * counts[k].round();
            left.rate -= basis[k].rate * counts[k].round();
            if counts[k].round() != 0.0 {
                left.from = [left.from[0].min(basis[k].from[0]), left.from[1].max(basis[k].from[1])];
            }
        }
        if left.offset.norm() <= ROUNDING * sizes.length {
            let moves = left.rate.norm() > ROUNDING * sizes.speed;
            return if moves { Err(apart(left.from)) } else { Ok(()) };
        }
        let fraction = |k: usize| (counts[k] - counts[k].round()).abs();
        let widest = (0..count).max_by(|&i, &j| fraction(i).total_cmp(&fraction(j))).unwrap_or(0);
        volume *= fraction(widest);
        if volume < SHORTEST {
            return Err(not_discrete(left.from));
        }
        std::mem::swap(&mut basis[widest], &mut left);
    }
}
