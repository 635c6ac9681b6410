//! Tersoff's bond-order potential of one element or of several.

use crate::site::fallen_to;
use crate::{Compound, Neighbour, SitePotential};
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
///
/// With several elements, a [`Compound`] of these, the bond of `i` with `j` has `A`, `B`, `lambda_1`, `lambda_2`, `beta`, `n`
/// and its `f_C` from the triple `ijj`, and the part of `k` in `zeta_ij` has its `f_C`, `g`, `lambda_3` and `m` from `ijk`, as
/// LAMMPS has them. Where the repulsion of `ijj` is not that of `jii` LAMMPS takes the one that the order of atoms says;
/// here each site has its own half.
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
    kind: u8,
    distance: f64,
    direction: Vector3<f64>,
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

    fn energy(&self, _kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        site_energy(1, |_, _| self, neighbours, gradients)
    }

    fn core(&self, energy: f64, _kinds: [u8; 2]) -> f64 {
        core(energy, [self; 2])
    }
}

impl SitePotential for Compound<Tersoff> {
    fn cutoff(&self) -> f64 {
        self.triples().map(SitePotential::cutoff).fold(0.0, f64::max)
    }

    fn energy(&self, kind: u8, neighbours: &[Neighbour], gradients: &mut [Vector3<f64>]) -> f64 {
        site_energy(self.kinds().into(), |j, k| self.triple([kind, j, k]), neighbours, gradients)
    }

    fn core(&self, energy: f64, [i, j]: [u8; 2]) -> f64 {
        core(energy, [self.triple([i, j, j]), self.triple([j, i, i])])
    }
}

/// The energy of an atom; `triple` has the parameters for kinds of a bonded neighbour and of another one.
fn site_energy<'a>(
    kinds: usize,
    triple: impl Fn(u8, u8) -> &'a Tersoff,
    neighbours: &[Neighbour],
    gradients: &mut [Vector3<f64>],
) -> f64 {
    gradients.fill(Vector3::zeros());
    let bond = |&Neighbour { place, kind }: &Neighbour| {
        let distance = place.norm();
        Bond { kind, distance, direction: place / distance }
    };
    let bonds: Vec<Bond> = neighbours.iter().map(bond).collect();
    // `f_C` and its derivative for each neighbour beside bonds with each kind.
    let mut cuts: Vec<(f64, f64)> = Vec::with_capacity(bonds.len() * kinds);
    for bond in &bonds {
        cuts.extend((0..kinds).map(|first| triple(first as u8, bond.kind).cut(bond.distance)));
    }
    let cut = |neighbour: usize, first: u8| cuts[neighbour * kinds + usize::from(first)];
    let mut energy = 0.0;
    for (j, bond) in bonds.iter().enumerate() {
        let (own_cut, own_slope) = cut(j, bond.kind);
        if own_cut == 0.0 {
            continue;
        }
        let pair = triple(bond.kind, bond.kind);
        let near = |&(k, _): &(usize, &Bond)| k != j && cut(k, bond.kind).0 != 0.0;
        let others = || bonds.iter().enumerate().filter(near);
        let zeta = others().map(|(k, other)| {
            let three = triple(bond.kind, other.kind);
            let (angular, _) = three.angular(bond.direction.dot(&other.direction));
            cut(k, bond.kind).0 * angular * three.range(bond.distance - other.distance).0
        });
        let (order, order_slope) = pair.order(zeta.sum());
        let repulsion = 0.5 * pair.repulsion * (-pair.lambda_1 * bond.distance).exp();
        let attraction = -0.5 * pair.attraction * (-pair.lambda_2 * bond.distance).exp();
        let sum = repulsion + order * attraction;
        energy += own_cut * sum;
        let slope = -pair.lambda_1 * repulsion - pair.lambda_2 * order * attraction;
        gradients[j] += bond.direction * (own_slope * sum + own_cut * slope);
        let by_zeta = own_cut * attraction * order_slope;
        if by_zeta == 0.0 {
            continue;
        }
        for (k, other) in others() {
            let (three, (other_cut, other_slope)) = (triple(bond.kind, other.kind), cut(k, bond.kind));
            let cosine = bond.direction.dot(&other.direction);
            let (angular, angular_slope) = three.angular(cosine);
            let (range, range_slope) = three.range(bond.distance - other.distance);
            let turning = by_zeta * other_cut * range * angular_slope;
            let stretching = by_zeta * angular * range;
            gradients[j] += (other.direction - bond.direction * cosine) * (turning / bond.distance)
                + bond.direction * (stretching * other_cut * range_slope);
            gradients[k] += (bond.direction - other.direction * cosine) * (turning / other.distance)
                + other.direction * (stretching * (other_slope - other_cut * range_slope));
        }
    }
    energy
}

/// [`SitePotential::core`] of two atoms, each with its half of the pair: alone they have `b = 1`.
fn core(energy: f64, halves: [&Tersoff; 2]) -> f64 {
    let half = |half: &Tersoff, r: f64| {
        let (cut, _) = half.cut(r);
        0.5 * cut * (half.repulsion * (-half.lambda_1 * r).exp() - half.attraction * (-half.lambda_2 * r).exp())
    };
    let pair = |r: f64| half(halves[0], r) + half(halves[1], r);
    let reach = halves.map(SitePotential::cutoff).into_iter().fold(0.0, f64::max);
    if pair(0.0) <= energy { 0.0 } else { fallen_to(energy, reach, pair) }
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
        let places = places.map(Neighbour::from);
        for exponent in [1, 3] {
            let carbon = Tersoff { exponent, ..carbon() };
            let mut gradients = [Vector3::zeros(); 4];
            carbon.energy(0, &places, &mut gradients);
            for j in 0..4 {
                for axis in 0..3 {
                    let moved = |by: f64| {
                        let mut places = places;
                        places[j].place[axis] += by;
                        carbon.energy(0, &places, &mut [Vector3::zeros(); 4])
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
        let energy = carbon.energy(0, &[Vector3::new(0.0, 1.3, 0.0).into()], &mut gradient);
        let expected = 0.5 * (1393.6 * (-3.4879f64 * 1.3).exp() - 346.7 * (-2.2119f64 * 1.3).exp());
        assert!((energy - expected).abs() < 1e-12);
        let core = carbon.core(50.0, [0, 0]);
        assert!((1393.6 * (-3.4879 * core).exp() - 346.7 * (-2.2119 * core).exp() - 50.0).abs() < 1e-9);
    }
}
