//! Pair potentials of several elements.

use crate::{LennardJones, Neighbour, PairPotential, SitePotential};
use nalgebra::Vector3;

/// One pair potential for every two of some elements, `E_i = (1/2) sum_j U_ij(r_ij)`.
#[derive(Clone, Debug)]
pub struct PairMixture {
    kinds: u8,
    /// Row `a` has those of element `a` beside each.
    pairs: Vec<PairPotential>,
}

impl PairMixture {
    /// Of `kinds` elements, with the potential that `pair` gives for two of them, the smaller number first.
    ///
    /// Every one of them has to have a cutoff; without one nothing is nearer than it.
    ///
    /// # Errors
    /// The first that `pair` has.
    pub fn new<E>(kinds: u8, mut pair: impl FnMut([u8; 2]) -> Result<PairPotential, E>) -> Result<Self, E> {
        let all = (0..kinds).flat_map(|a| (0..kinds).map(move |b| [a.min(b), a.max(b)]));
        Ok(Self { kinds, pairs: all.map(&mut pair).collect::<Result<_, E>>()? })
    }

    /// How many elements there are.
    #[must_use]
    pub fn kinds(&self) -> u8 {
        self.kinds
    }

    /// The potential of two of the elements.
    #[inline]
    #[must_use]
    pub fn pair(&self, [a, b]: [u8; 2]) -> &PairPotential {
        &self.pairs[usize::from(a) * usize::from(self.kinds) + usize::from(b)]
    }

    /// The longest of all cutoffs.
    #[must_use]
    pub fn cutoff(&self) -> f64 {
        self.pairs.iter().map(SitePotential::cutoff).fold(0.0, f64::max)
    }

    /// Every two elements once, the smaller number first.
    pub fn each(&self) -> impl Iterator<Item = ([u8; 2], &PairPotential)> {
        let all = (0..self.kinds).flat_map(|a| (a..self.kinds).map(move |b| [a, b]));
        all.map(|kinds| (kinds, self.pair(kinds)))
    }
}

/// How parameters of unlike Lennard-Jones atoms follow from those of like ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// Lorentz and Berthelot: `epsilon = sqrt(epsilon_a epsilon_b)`, lengths `(l_a + l_b)/2`.
    LorentzBerthelot,
    /// The same energy, lengths `sqrt(l_a l_b)`.
    Geometric,
}

impl Mixing {
    /// A length of a pair of those of its atoms.
    #[must_use]
    pub fn length(self, a: f64, b: f64) -> f64 {
        match self {
            Self::LorentzBerthelot => 0.5 * (a + b),
            Self::Geometric => (a * b).sqrt(),
        }
    }

    /// The form of a pair of those of its atoms.
    #[must_use]
    pub fn lennard_jones(self, a: LennardJones, b: LennardJones) -> LennardJones {
        LennardJones { epsilon: (a.epsilon * b.epsilon).sqrt(), sigma: self.length(a.sigma, b.sigma) }
    }
}

impl SitePotential for PairMixture {
    fn cutoff(&self) -> f64 {
        Self::cutoff(self)
    }

    fn energy(&self, kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        let mut sum = 0.0;
        for (neighbour, gradient) in neighbours.iter().zip(gradients) {
            let pair = self.pair([kind, neighbour.kind]);
            // The longest cutoff of all is not that of every pair.
            if neighbour.place.norm() < SitePotential::cutoff(pair) {
                let one = std::slice::from_ref(neighbour);
                sum += SitePotential::energy(pair, kind, one, std::slice::from_mut(gradient));
            } else {
                *gradient = Vector3::zeros();
            }
        }
        sum
    }

    fn jumps(&self, kind: u8, neighbours: &[Neighbour]) -> f64 {
        let within =
            |neighbour: &&Neighbour| neighbour.place.norm() < SitePotential::cutoff(self.pair([kind, neighbour.kind]));
        let near = neighbours.iter().filter(within);
        near.map(|neighbour| self.pair([kind, neighbour.kind]).jump()).sum()
    }

    fn core(&self, energy: f64, kinds: [u8; 2]) -> f64 {
        PairPotential::core(self.pair(kinds), energy)
    }

    fn as_pair_mixture(&self) -> Option<&PairMixture> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Truncation;
    use std::convert::Infallible;
    use std::sync::Arc;

    fn lennard_jones(epsilon: f64, sigma: f64) -> LennardJones {
        LennardJones { epsilon, sigma }
    }

    /// Kob and Andersen's, plainly cut.
    fn mixture() -> PairMixture {
        let of = |[a, b]: [u8; 2]| {
            let form = [lennard_jones(1.0, 1.0), lennard_jones(1.5, 0.8), lennard_jones(0.5, 0.88)][usize::from(a + b)];
            PairPotential::new(Arc::new(form), Some(2.5 * form.sigma), Truncation::Truncated)
        };
        PairMixture::new(2, |kinds| Ok::<_, Infallible>(of(kinds))).unwrap()
    }

    #[test]
    fn every_pair_has_its_own_well_and_cutoff() {
        let mixture = mixture();
        assert_eq!(SitePotential::cutoff(&mixture), 2.5);
        let energy = |kind, other, distance: f64| {
            let near = [Neighbour { place: Vector3::new(0.0, distance, 0.0), kind: other }];
            let mut slope = [Vector3::repeat(9.0)];
            let energy = mixture.energy(kind, &near, &mut slope);
            (energy, slope[0], mixture.jumps(kind, &near))
        };
        for (kind, other, epsilon, sigma) in [(0, 0, 1.0, 1.0), (0, 1, 1.5, 0.8), (1, 0, 1.5, 0.8), (1, 1, 0.5, 0.88)] {
            let (well, slope, jump) = energy(kind, other, 2f64.powf(1.0 / 6.0) * sigma);
            assert!((well + 0.5 * epsilon).abs() < 1e-15 && slope.norm() < 1e-13, "{kind} {other}: {well} {slope}");
            let at_cutoff = 2.0 * epsilon * (0.4f64.powi(12) - 0.4f64.powi(6));
            assert!((jump - at_cutoff).abs() < 1e-16, "{kind} {other}: {jump} {at_cutoff}");
            let beyond = energy(kind, other, 2.5 * sigma * (1.0 + 1e-12));
            assert_eq!(beyond, (0.0, Vector3::zeros(), 0.0));
        }
    }

    #[test]
    fn unlike_atoms_are_mixed_as_the_rules_say() {
        let (a, b) = (lennard_jones(1.0, 1.0), lennard_jones(4.0, 4.0));
        assert_eq!(Mixing::LorentzBerthelot.lennard_jones(a, b), lennard_jones(2.0, 2.5));
        assert_eq!(Mixing::Geometric.lennard_jones(a, b), lennard_jones(2.0, 2.0));
    }
}
