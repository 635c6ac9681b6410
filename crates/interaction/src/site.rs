//! Potentials of many bodies, one atom at a time.

use crate::{EmbeddedAtom, PairMixture, PairPotential};
use nalgebra::Vector3;
use std::fmt::Debug;

/// An atom as another one sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Where it is, relative to the other; length.
    pub place: Vector3<f64>,
    /// Which of the potential's elements it is of, from 0.
    pub kind: u8,
}

impl From<Vector3<f64>> for Neighbour {
    /// An atom of the only element.
    fn from(place: Vector3<f64>) -> Self {
        Self { place, kind: 0 }
    }
}

/// The energy `E_i` of one atom as a function of where its neighbours are; the energy of a system is the sum over its
/// atoms.
///
/// Elements are kinds, counted from 0 in the order in which the potential was made of them.
///
/// Pair potentials of one element or several, embedded atoms, Tersoff and Stillinger-Weber are of this form.
pub trait SitePotential: Debug + Send + Sync {
    /// Neighbours farther than this do not matter.
    fn cutoff(&self) -> f64;

    /// `E_i` of an atom of this kind among `neighbours`, all nearer than the cutoff; writes `dE_i/dr_j` for each of them
    /// into `gradients`, which is as long.
    fn energy(&self, kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64;

    /// By how much `E_i` has jumped since these neighbours came in at the cutoff: zero, but for a potential that is cut plainly.
    fn jumps(&self, _kind: u8, _neighbours: &[Neighbour]) -> f64 {
        0.0
    }

    /// The largest distance at which a pair of these kinds alone has more than this energy, zero if there is none: atoms
    /// nearer than it overlap.
    fn core(&self, _energy: f64, _kinds: [u8; 2]) -> f64 {
        0.0
    }

    /// The embedded atoms behind it, if it is theirs: their forces need no list of gradients.
    fn as_embedded_atom(&self) -> Option<&EmbeddedAtom> {
        None
    }

    /// The pair potential behind it, if the energy is a sum over pairs.
    fn as_pair_potential(&self) -> Option<&PairPotential> {
        None
    }

    /// The pair potentials behind it, if the energy is a sum over pairs of several elements.
    fn as_pair_mixture(&self) -> Option<&PairMixture> {
        None
    }
}

/// `E_i = (1/2) sum_j U(r_ij)`.
///
/// The cutoff has to be there; without one nothing is nearer than it.
impl SitePotential for PairPotential {
    fn cutoff(&self) -> f64 {
        Self::cutoff(self).unwrap_or(0.0)
    }

    fn energy(&self, _kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        let cutoff = SitePotential::cutoff(self);
        let (shift, slope) = self.shift_and_slope();
        let mut sum = 0.0;
        for (Neighbour { place: r, .. }, gradient) in neighbours.iter().zip(gradients) {
            let distance = r.norm();
            let (energy, derivative) = self.form().energy_and_derivative(distance);
            sum += 0.5 * (energy - shift - slope * (distance - cutoff));
            *gradient = r * (0.5 * (derivative - slope) / distance);
        }
        sum
    }

    fn jumps(&self, _kind: u8, neighbours: &[Neighbour]) -> f64 {
        self.jump() * neighbours.len() as f64
    }

    fn core(&self, energy: f64, _kinds: [u8; 2]) -> f64 {
        Self::core(self, energy)
    }

    fn as_pair_potential(&self) -> Option<&PairPotential> {
        Some(self)
    }
}

/// Where a pair energy that falls with the distance is `energy`, found between zero and `high`.
pub(crate) fn fallen_to(energy: f64, mut high: f64, pair: impl Fn(f64) -> f64) -> f64 {
    let mut low = 0.0;
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if pair(middle) > energy { low = middle } else { high = middle }
    }
    high
}
