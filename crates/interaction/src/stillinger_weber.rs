//! Stillinger and Weber's potential of one element.

use crate::SitePotential;
use nalgebra::Vector3;

/// `E_i = (1/2) sum_j phi_2(r_ij) + sum_(j<k) phi_3(r_ij, r_ik, theta_jik)`.
///
/// \[StillingerWeber1985\], with the names of the parameters of LAMMPS's `pair_style sw`:
///
/// `phi_2(r) = A epsilon (B (sigma/r)^p - (sigma/r)^q) exp(sigma/(r - a sigma))`,
/// `phi_3 = lambda epsilon (cos theta - cos theta_0)^2 exp(gamma sigma/(r_ij - a sigma)) exp(gamma sigma/(r_ik - a sigma))`,
/// both zero from `a sigma` on, with all their derivatives.
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

/// A neighbour as the loops need it.
#[derive(Clone, Copy)]
struct Bond {
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

    fn bond(&self, r: &Vector3<f64>) -> Bond {
        let distance = r.norm();
        let inverse = 1.0 / distance;
        let left = 1.0 / (distance - self.a * self.sigma);
        let fade = (self.gamma * self.sigma * left).exp();
        Bond { direction: r * inverse, inverse, fade, slope: -self.gamma * self.sigma * left * left * fade }
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

    fn energy(&self, neighbours: &[Vector3<f64>], gradients: &mut [Vector3<f64>]) -> f64 {
        let bonds: Vec<Bond> = neighbours.iter().map(|r| self.bond(r)).collect();
        let mut energy = 0.0;
        for (bond, gradient) in bonds.iter().zip(gradients.iter_mut()) {
            let (pair, slope) = self.pair(1.0 / bond.inverse);
            energy += 0.5 * pair;
            *gradient = bond.direction * (0.5 * slope);
        }
        let strength = self.lambda * self.epsilon;
        for (j, first) in bonds.iter().enumerate() {
            for (k, second) in bonds.iter().enumerate().skip(j + 1) {
                let cosine = first.direction.dot(&second.direction);
                let off = cosine - self.cosine;
                let bend = strength * off * off;
                energy += bend * first.fade * second.fade;
                let turning = 2.0 * strength * off * first.fade * second.fade;
                gradients[j] += (second.direction - first.direction * cosine) * (turning * first.inverse)
                    + first.direction * (bend * first.slope * second.fade);
                gradients[k] += (first.direction - second.direction * cosine) * (turning * second.inverse)
                    + second.direction * (bend * first.fade * second.slope);
            }
        }
        energy
    }

    fn core(&self, energy: f64) -> f64 {
        // Below the core the pair falls monotonically.
        let (mut low, mut high) = (0.0, self.cutoff);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.pair(middle).0 > energy { low = middle } else { high = middle }
        }
        high
    }
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
        for silicon in [silicon(), StillingerWeber { p: 3.5, q: 1.0, gamma: 0.7, ..silicon() }] {
            let mut gradients = [Vector3::zeros(); 4];
            silicon.energy(&places, &mut gradients);
            for j in 0..4 {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut places = places;
                        places[j][axis] += by;
                        silicon.energy(&places, &mut [Vector3::zeros(); 4])
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
        let core = silicon.core(50.0);
        assert!((silicon.pair(core).0 - 50.0).abs() < 1e-9);
    }

    #[test]
    fn tetrahedra_have_no_three_body_energy() {
        let silicon = silicon();
        let distance = 2f64.powf(1.0 / 6.0) / 3f64.sqrt();
        let places = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
        let mut gradients = [Vector3::zeros(); 4];
        let energy = silicon.energy(&places.map(|x| Vector3::from(x) * distance), &mut gradients);
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
