//! Tersoff's bond-order potential of one element.

use crate::SitePotential;
use nalgebra::Vector3;
use std::f64::consts::FRAC_PI_2;

/// `E_i = (1/2) sum_j f_C(r_ij) [A exp(-lambda_1 r_ij) - b_ij B exp(-lambda_2 r_ij)]`.
///
/// \[Tersoff1989\], in the form and with the names of the parameters of LAMMPS's `pair_style tersoff`:
///
/// `b_ij = (1 + (beta zeta_ij)^n)^(-1/(2n))`,
/// `zeta_ij = sum_k f_C(r_ik) g(cos theta_ijk) exp((lambda_3 (r_ij - r_ik))^m)`,
/// `g(x) = gamma (1 + c^2/d^2 - c^2/(d^2 + (x - cos theta_0)^2))`,
/// `f_C` from 1 at `R - D` to 0 at `R + D` along a sine.
///
/// The sites of bonds are shared evenly: `V_ij` and `V_ji` count half each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tersoff {
    /// `m`, 1 or 3.
    pub exponent: i32,
    /// `gamma`.
    pub gamma: f64,
    /// `lambda_3`, 1/length.
    pub lambda_3: f64,
    /// `c`.
    pub c: f64,
    /// `d`.
    pub d: f64,
    /// `cos theta_0`.
    pub cosine: f64,
    /// `n`.
    pub n: f64,
    /// `beta`.
    pub beta: f64,
    /// `lambda_2`, 1/length.
    pub lambda_2: f64,
    /// `B`, energy.
    pub attraction: f64,
    /// `R`, length.
    pub middle: f64,
    /// `D`, length.
    pub half_width: f64,
    /// `lambda_1`, 1/length.
    pub lambda_1: f64,
    /// `A`, energy.
    pub repulsion: f64,
}

/// A neighbour as the loops need it.
#[derive(Clone, Copy)]
struct Bond {
    distance: f64,
    direction: Vector3<f64>,
    /// `f_C` and its derivative.
    cut: f64,
    slope: f64,
}

impl Tersoff {
    /// Carbon, \[Tersoff1989\]; electronvolt and angstrom.
    #[must_use]
    pub fn carbon() -> Self {
        Self {
            exponent: 3,
            gamma: 1.0,
            lambda_3: 0.0,
            c: 38049.0,
            d: 4.3484,
            cosine: -0.57058,
            n: 0.72751,
            beta: 1.5724e-7,
            lambda_2: 2.2119,
            attraction: 346.7,
            middle: 1.95,
            half_width: 0.15,
            lambda_1: 3.4879,
            repulsion: 1393.6,
        }
    }

    fn bond(&self, r: &Vector3<f64>) -> Bond {
        let distance = r.norm();
        let (cut, slope) = self.cut(distance);
        Bond { distance, direction: r / distance, cut, slope }
    }

    /// `f_C` and `f_C'`.
    fn cut(&self, distance: f64) -> (f64, f64) {
        let place = (distance - self.middle) / self.half_width;
        if place <= -1.0 {
            (1.0, 0.0)
        } else if place >= 1.0 {
            (0.0, 0.0)
        } else {
            let (sine, cosine) = (FRAC_PI_2 * place).sin_cos();
            (0.5 - 0.5 * sine, -0.5 * FRAC_PI_2 / self.half_width * cosine)
        }
    }

    /// `g` and `g'`.
    fn angular(&self, cosine: f64) -> (f64, f64) {
        let (c, d, off) = (self.c * self.c, self.d * self.d, cosine - self.cosine);
        let below = d + off * off;
        (self.gamma * (1.0 + c / d - c / below), self.gamma * 2.0 * c * off / (below * below))
    }

    /// `exp((lambda_3 x)^m)` and its logarithmic derivative by `x`.
    fn range(&self, difference: f64) -> (f64, f64) {
        if self.lambda_3 == 0.0 {
            return (1.0, 0.0);
        }
        let scaled = self.lambda_3 * difference;
        let power = scaled.powi(self.exponent);
        (power.exp(), f64::from(self.exponent) * self.lambda_3 * scaled.powi(self.exponent - 1))
    }

    /// `b` and `db/dzeta`.
    fn order(&self, zeta: f64) -> (f64, f64) {
        if zeta <= 0.0 || self.beta == 0.0 {
            return (1.0, 0.0);
        }
        let power = (self.beta * zeta).powf(self.n);
        let order = (1.0 + power).powf(-0.5 / self.n);
        (order, -0.5 * order * power / ((1.0 + power) * zeta))
    }
}

impl SitePotential for Tersoff {
    fn cutoff(&self) -> f64 {
        self.middle + self.half_width
    }

    fn energy(&self, neighbours: &[Vector3<f64>], gradients: &mut [Vector3<f64>]) -> f64 {
        gradients.fill(Vector3::zeros());
        let bonds: Vec<Bond> = neighbours.iter().map(|r| self.bond(r)).collect();
        let mut energy = 0.0;
        for (j, bond) in bonds.iter().enumerate() {
            let others = || bonds.iter().enumerate().filter(|(k, _)| *k != j);
            let zeta = others().map(|(_, other)| {
                let (angular, _) = self.angular(bond.direction.dot(&other.direction));
                other.cut * angular * self.range(bond.distance - other.distance).0
            });
            let (order, order_slope) = self.order(zeta.sum());
            let repulsion = 0.5 * self.repulsion * (-self.lambda_1 * bond.distance).exp();
            let attraction = -0.5 * self.attraction * (-self.lambda_2 * bond.distance).exp();
            let sum = repulsion + order * attraction;
            energy += bond.cut * sum;
            let slope = -self.lambda_1 * repulsion - self.lambda_2 * order * attraction;
            gradients[j] += bond.direction * (bond.slope * sum + bond.cut * slope);
            let by_zeta = bond.cut * attraction * order_slope;
            if by_zeta == 0.0 {
                continue;
            }
            for (k, other) in others() {
                let cosine = bond.direction.dot(&other.direction);
                let (angular, angular_slope) = self.angular(cosine);
                let (range, range_slope) = self.range(bond.distance - other.distance);
                let turning = by_zeta * other.cut * range * angular_slope;
                let stretching = by_zeta * angular * range;
                gradients[j] += (other.direction - bond.direction * cosine) * (turning / bond.distance)
                    + bond.direction * (stretching * other.cut * range_slope);
                gradients[k] += (bond.direction - other.direction * cosine) * (turning / other.distance)
                    + other.direction * (stretching * (other.slope - other.cut * range_slope));
            }
        }
        energy
    }

    fn core(&self, energy: f64) -> f64 {
        // Two atoms alone: b = 1.
        let pair = |r: f64| {
            let (cut, _) = self.cut(r);
            cut * (self.repulsion * (-self.lambda_1 * r).exp() - self.attraction * (-self.lambda_2 * r).exp())
        };
        let (mut low, mut high) = (0.0, self.cutoff());
        if pair(low) <= energy {
            return 0.0;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if pair(middle) > energy { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Carbon, \[Tersoff1989\], eV and angstrom; `lambda_3` is added, so that all terms are seen.
    fn carbon() -> Tersoff {
        Tersoff { lambda_3: 0.9, ..Tersoff::carbon() }
    }

    #[test]
    fn gradients_are_those_of_the_energy() {
        // One neighbour in the range where f_C falls.
        let places = [[1.4, 0.1, 0.2], [-0.8, 1.2, 0.0], [-0.6, -1.1, 0.5], [0.3, 0.4, -1.85]].map(Vector3::from);
        for exponent in [1, 3] {
            let carbon = Tersoff { exponent, ..carbon() };
            let mut gradients = [Vector3::zeros(); 4];
            carbon.energy(&places, &mut gradients);
            for j in 0..4 {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut places = places;
                        places[j][axis] += by;
                        carbon.energy(&places, &mut [Vector3::zeros(); 4])
                    };
                    let h = 1e-4;
                    let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                    assert!((gradients[j][axis] - slope).abs() < 1e-8, "{j} {axis}: {slope} {}", gradients[j][axis]);
                }
            }
        }
    }

    #[test]
    fn two_atoms_alone_are_a_pair_potential() {
        let (carbon, mut gradient) = (carbon(), [Vector3::zeros()]);
        let energy = carbon.energy(&[Vector3::new(0.0, 1.3, 0.0)], &mut gradient);
        let expected = 0.5 * (1393.6 * (-3.4879f64 * 1.3).exp() - 346.7 * (-2.2119f64 * 1.3).exp());
        assert!((energy - expected).abs() < 1e-12);
        let core = carbon.core(50.0);
        assert!((1393.6 * (-3.4879 * core).exp() - 346.7 * (-2.2119 * core).exp() - 50.0).abs() < 1e-9);
    }
}
