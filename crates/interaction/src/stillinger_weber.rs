//! Stillinger and Weber's potential of one element or of several.

use crate::site::fallen_to;
use crate::{Compound, Neighbour, SitePotential};
use nalgebra::Vector3;

/// `E_i = (1/2) sum_j phi_2(r_ij) + sum_(j<k) phi_3(r_ij, r_ik, theta_jik)`.
///
/// \[StillingerWeber1985\], with the names of the parameters of LAMMPS's `pair_style sw`:
///
/// `phi_2(r) = A epsilon (B (sigma/r)^p - (sigma/r)^q) exp(sigma/(r - a sigma))`,
/// `phi_3 = lambda epsilon (cos theta - cos theta_0)^2 exp(gamma sigma/(r_ij - a sigma)) exp(gamma sigma/(r_ik - a sigma))`,
/// both zero from `a sigma` on, with all their derivatives.
///
/// With several elements, a [`Compound`] of these, `phi_2` and the factors of the distances are from the triples `ijj` and
/// `ikk`, and `lambda epsilon` and `cos theta_0` from `ijk`, as LAMMPS has them; those of `ikj` have to be the same. Other
/// parameters of three different places are not looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StillingerWeber {
    /// `epsilon`, energy.
    pub epsilon: f64,
    /// `sigma`, length.
    pub sigma: f64,
    /// `a`.
    pub a: f64,
    /// `lambda`.
    pub lambda: f64,
    /// `gamma`.
    pub gamma: f64,
    /// `cos theta_0`.
    pub cosine: f64,
    /// `A`.
    pub amplitude: f64,
    /// `B`.
    pub repulsion: f64,
    /// `p`.
    pub p: f64,
    /// `q`.
    pub q: f64,
    /// Neighbours farther than this do not matter: `a sigma`, or less where a tolerance says that what is left out is
    /// too small to count, length.
    pub cutoff: f64,
}

/// A neighbour within reach as the loops need it.
#[derive(Clone, Copy)]
struct Bond {
    /// Which of the neighbours.
    index: usize,
    kind: u8,
    direction: Vector3<f64>,
    inverse: f64,
    /// `exp(gamma sigma/(r - a sigma))` and its derivative.
    fade: f64,
    slope: f64,
}

/// `x^n`, fast where `n` is a whole number.
fn power(x: f64, n: f64) -> f64 {
    if n == n.trunc() && n.abs() < 64.0 { x.powi(n as i32) } else { x.powf(n) }
}

impl StillingerWeber {
    /// The cutoff that LAMMPS makes of its `tol`: where the fading of the three bodies is below it; `a sigma` for 0.
    #[must_use]
    pub fn cutoff_of(sigma: f64, a: f64, gamma: f64, tolerance: f64) -> f64 {
        if tolerance > 0.0 { sigma * (a + gamma.min(1.0) / tolerance.min(0.01).ln()) } else { sigma * a }
    }

    /// The neighbour at `index`, where the pair of it has these parameters and it is near enough.
    fn bond(&self, index: usize, &Neighbour { place, kind }: &Neighbour) -> Option<Bond> {
        if place.norm_squared() >= self.cutoff.powi(2) {
            return None;
        }
        let distance = place.norm();
        let inverse = 1.0 / distance;
        let left = 1.0 / (distance - self.a * self.sigma);
        let fade = (self.gamma * self.sigma * left).exp();
        let slope = -self.gamma * self.sigma * left * left * fade;
        Some(Bond { index, kind, direction: place * inverse, inverse, fade, slope })
    }

    /// `phi_2` and its slope.
    fn pair(&self, distance: f64) -> (f64, f64) {
        let (ratio, left) = (self.sigma / distance, 1.0 / (distance - self.a * self.sigma));
        let scale = self.amplitude * self.epsilon * (self.sigma * left).exp();
        let (near, far) = (self.repulsion * power(ratio, self.p), power(ratio, self.q));
        let slope = (self.q * far - self.p * near) / distance - (near - far) * self.sigma * left * left;
        (scale * (near - far), scale * slope)
    }
}

impl SitePotential for StillingerWeber {
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    fn energy(&self, _kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        site_energy(|_, _| self, neighbours, gradients)
    }

    fn core(&self, energy: f64, _kinds: [u8; 2]) -> f64 {
        // Below the core the pair falls monotonically.
        fallen_to(energy, self.cutoff, |r| self.pair(r).0)
    }
}

impl SitePotential for Compound<StillingerWeber> {
    fn cutoff(&self) -> f64 {
        let pairs = (0..self.kinds()).flat_map(|i| (0..self.kinds()).map(move |j| self.triple([i, j, j])));
        pairs.map(|pair| pair.cutoff).fold(0.0, f64::max)
    }

    fn energy(&self, kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        site_energy(|j, k| self.triple([kind, j, k]), neighbours, gradients)
    }

    fn core(&self, energy: f64, [i, j]: [u8; 2]) -> f64 {
        let halves = [self.triple([i, j, j]), self.triple([j, i, i])];
        let half = |half: &StillingerWeber, r: f64| if r < half.cutoff { 0.5 * half.pair(r).0 } else { 0.0 };
        fallen_to(energy, halves[0].cutoff.max(halves[1].cutoff), |r| half(halves[0], r) + half(halves[1], r))
    }
}

/// The energy of an atom; `triple` has the parameters for kinds of two neighbours.
fn site_energy<'a>(
    triple: impl Fn(u8, u8) -> &'a StillingerWeber,
    neighbours: &[Neighbour],
    gradients: &mut [Vector3<f64>],
) -> f64 {
    gradients.fill(Vector3::zeros());
    let all = neighbours.iter().enumerate();
    let mut bonds: Vec<Bond> = Vec::with_capacity(neighbours.len());
    bonds.extend(all.filter_map(|(index, near)| triple(near.kind, near.kind).bond(index, near)));
    let mut energy = 0.0;
    for bond in &bonds {
        let (pair, slope) = triple(bond.kind, bond.kind).pair(1.0 / bond.inverse);
        energy += 0.5 * pair;
        gradients[bond.index] = bond.direction * (0.5 * slope);
    }
    for (j, first) in bonds.iter().enumerate() {
        for second in &bonds[j + 1..] {
            let three = triple(first.kind, second.kind);
            let strength = three.lambda * three.epsilon;
            let cosine = first.direction.dot(&second.direction);
            let off = cosine - three.cosine;
            let bend = strength * off * off;
            energy += bend * first.fade * second.fade;
            let turning = 2.0 * strength * off * first.fade * second.fade;
            gradients[first.index] += (second.direction - first.direction * cosine) * (turning * first.inverse)
                + first.direction * (bend * first.slope * second.fade);
            gradients[second.index] += (first.direction - second.direction * cosine) * (turning * second.inverse)
                + second.direction * (bend * first.fade * second.slope);
        }
    }
    energy
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silicon, \[StillingerWeber1985\], in units of `epsilon` and `sigma`.
    fn silicon() -> StillingerWeber {
        StillingerWeber {
            epsilon: 1.0,
            sigma: 1.0,
            a: 1.8,
            lambda: 21.0,
            gamma: 1.2,
            cosine: -1.0 / 3.0,
            amplitude: 7.049_556_277,
            repulsion: 0.602_224_558_4,
            p: 4.0,
            q: 0.0,
            cutoff: 1.8,
        }
    }

    #[test]
    fn gradients_are_those_of_the_energy() {
        let places = [[1.1, 0.1, 0.2], [-0.3, 1.2, 0.0], [-0.6, -1.1, 0.5], [0.3, 0.4, -1.45]].map(Vector3::from);
        let places = places.map(Neighbour::from);
        for silicon in [silicon(), StillingerWeber { p: 3.5, q: 1.0, gamma: 0.7, ..silicon() }] {
            let mut gradients = [Vector3::zeros(); 4];
            silicon.energy(0, &places, &mut gradients);
            for j in 0..4 {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut places = places;
                        places[j].place[axis] += by;
                        silicon.energy(0, &places, &mut [Vector3::zeros(); 4])
                    };
                    let h = 1e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    assert!((gradients[j][axis] - slope).abs() < 1e-9, "{j} {axis}: {slope} {}", gradients[j][axis]);
                }
            }
        }
    }

    #[test]
    fn a_pair_has_its_minimum_minus_one_at_the_sixth_root_of_two() {
        // What the published A and B are made for.
        let (silicon, distance) = (silicon(), 2f64.powf(1.0 / 6.0));
        let (energy, slope) = silicon.pair(distance);
        assert!((energy + 1.0).abs() < 1e-9 && slope.abs() < 1e-8, "{energy} {slope}");
        let core = silicon.core(50.0, [0, 0]);
        assert!((silicon.pair(core).0 - 50.0).abs() < 1e-9);
    }

    #[test]
    fn tetrahedra_have_no_three_body_energy() {
        let silicon = silicon();
        let distance = 2f64.powf(1.0 / 6.0) / 3f64.sqrt();
        let places = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
        let mut gradients = [Vector3::zeros(); 4];
        let energy = silicon.energy(0, &places.map(|x| (Vector3::from(x) * distance).into()), &mut gradients);
        // Half of four pairs: the diamond crystal has -2 epsilon an atom.
        assert!((energy + 2.0).abs() < 1e-9, "{energy}");
        assert!(gradients.iter().all(|gradient| gradient.norm() < 1e-7));
    }

    #[test]
    fn a_tolerance_shortens_the_reach() {
        assert_eq!(StillingerWeber::cutoff_of(2.0, 1.8, 1.2, 0.0), 3.6);
        // exp(sigma/(r - a sigma)) = 1e-4 there, and gamma above 1 does not count.
        let cutoff = StillingerWeber::cutoff_of(2.0, 1.8, 1.2, 1e-4);
        assert!(((2.0 / (cutoff - 3.6)).exp() - 1e-4).abs() < 1e-12);
    }
}
